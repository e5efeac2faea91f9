export type { NatsBroadcastTransportOptions } from './nats-options.js'
export { NatsBroadcastTransport } from './nats-broadcast-transport.js'
