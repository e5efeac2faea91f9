import { ManagedTransport } from '../managed/managed-transport.js'
import { resolveNatsOptions, type NatsBroadcastTransportOptions } from './nats-options.js'
import { connectNats } from './nats-session.js'

/**
 * Carries broadcasts through NATS: one server or a cluster. Needs the package
 * `@nats-io/transport-node`.
 *
 * @example
 * ```ts
 * const broadcastTransport = new NatsBroadcastTransport({ servers: 'localhost:4222' })
 * const app = createWsApp({ controllers: [ChatController], broadcastTransport })
 * ```
 */
export class NatsBroadcastTransport extends ManagedTransport {
  /** @throws TypeError when an option is not what it may be */
  constructor(options: NatsBroadcastTransportOptions = {}) {
    const resolved = resolveNatsOptions(options)
    super({ connect: (events, signal) => connectNats(resolved, events, signal) }, options)
  }
}
