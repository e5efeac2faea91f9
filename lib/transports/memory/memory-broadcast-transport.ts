import type { WsBroadcastTransport } from '../broadcast-transport.js'
import { MemoryBroadcastHub } from './memory-broadcast-hub.js'

/**
 * Connects several apps of one process, for tests and for apps that listen on two ports. Like
 * Redis, it hands a message to its publisher too.
 *
 * @example
 * ```ts
 * const hub = new MemoryBroadcastHub()
 * createWsApp({ controllers, broadcastTransport: new MemoryBroadcastTransport(hub) })
 * createWsApp({ controllers, broadcastTransport: new MemoryBroadcastTransport(hub) })
 * ```
 */
export class MemoryBroadcastTransport implements WsBroadcastTransport {
  readonly #hub: MemoryBroadcastHub
  readonly #handlers = new Map<string, (payload: string) => void>()

  /** @param hub what the connected transports share; default: one of its own */
  constructor(hub: MemoryBroadcastHub = new MemoryBroadcastHub()) {
    this.#hub = hub
  }

  publish(channel: string, payload: string): void {
    this.#hub.deliver(channel, payload)
  }

  /** A second handler for the same channel takes the place of the first. */
  subscribe(channel: string, handler: (payload: string) => void): void {
    this.unsubscribe(channel)
    this.#handlers.set(channel, handler)
    this.#hub.add(channel, handler)
  }

  unsubscribe(channel: string): void {
    const handler = this.#handlers.get(channel)
    if (!handler) return
    this.#handlers.delete(channel)
    this.#hub.remove(channel, handler)
  }
}
