import { CLOSE_CODES } from '../protocol/close-codes.js'
import { LiveConnection } from './live-connection.js'
import type { WsServer } from './ws-server.js'

const INTERVAL = 1_000

/**
 * Looks through all connections once a second for what no event tells of: a queue that has grown
 * over its limit by pushes to many rooms, and a lifetime that is over.
 */
export class Sweeper {
  readonly #server: WsServer
  readonly #maxLifetime: number
  #timer: NodeJS.Timeout | undefined

  /** @param maxLifetime milliseconds; `Infinity` for none */
  constructor(server: WsServer, maxLifetime: number) {
    this.#server = server
    this.#maxLifetime = maxLifetime
  }

  start(): void {
    this.#timer = setInterval(() => this.#sweep(Date.now()), INTERVAL).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #sweep(now: number): void {
    for (const connection of this.#server.connections()) {
      if (!(connection instanceof LiveConnection)) continue
      connection.checkBackpressure()
      if (now - connection.openedAt > this.#maxLifetime) {
        connection.closeSoon(CLOSE_CODES.GOING_AWAY, 'Maximum lifetime reached')
      }
    }
  }
}
