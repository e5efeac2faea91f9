import { ManagedTransport } from '../managed/managed-transport.js'
import { connectWith } from './connect-with.js'
import { resolveRedisOptions, type RedisBroadcastTransportOptions } from './redis-options.js'

/**
 * Carries broadcasts through Redis: one server, the master that Redis Sentinel names, or a Redis
 * Cluster of version 7 or later. Needs the package `ioredis`.
 *
 * @example
 * ```ts
 * const broadcastTransport = new RedisBroadcastTransport({ url: 'redis://localhost:6379' })
 * const app = createWsApp({ controllers: [ChatController], broadcastTransport })
 * ```
 */
export class RedisBroadcastTransport extends ManagedTransport {
  /** @throws TypeError when an option is not what it may be */
  constructor(options: RedisBroadcastTransportOptions = {}) {
    super({ connect: connectWith(resolveRedisOptions(options)) }, options)
  }
}
