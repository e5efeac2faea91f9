export { RedisBroadcastTransport } from './redis-broadcast-transport.js'
export type { RedisBroadcastTransportOptions, RedisClusterNode } from './redis-options.js'
