export { JetStreamHistory } from './jetstream-history.js'
export type { JetStreamHistoryOptions } from './jetstream-options.js'
export type { NatsBroadcastTransportOptions } from './nats-options.js'
export { NatsBroadcastTransport } from './nats-broadcast-transport.js'
