import { CLOSE_CODES } from '../protocol/close-codes.js'
import type { AppHost } from './app-host.js'
import type { Identity } from './identity.js'
import { LiveConnection } from './live-connection.js'

const INTERVAL = 1_000

/**
 * Looks through all connections once a second for what no event tells of: a queue that has grown
 * over its limit by pushes to many rooms, and a session or a lifetime that is over. It also adds up what waits to be sent.
 */
export class Sweeper {
  readonly #host: Pick<AppHost, 'server' | 'counters'>
  readonly #identity: Identity
  readonly #maxLifetime: number
  #timer: NodeJS.Timeout | undefined

  /** @param maxLifetime milliseconds; `Infinity` for none */
  constructor(host: Pick<AppHost, 'server' | 'counters'>, identity: Identity, maxLifetime: number) {
    this.#host = host
    this.#identity = identity
    this.#maxLifetime = maxLifetime
  }

  start(): void {
    this.#timer = setInterval(() => this.#sweep(Date.now()), INTERVAL).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    const { counters } = this.#host
    counters.queuedBytes = 0
    counters.largestQueue = 0
  }

  #sweep(now: number): void {
    const { server, counters } = this.#host
    counters.queuedBytes = 0
    counters.largestQueue = 0
    for (const connection of server.connections()) {
      if (!(connection instanceof LiveConnection)) continue
      const waiting = connection.bufferedAmount
      counters.queuedBytes += waiting
      if (waiting > counters.largestQueue) counters.largestQueue = waiting
      connection.checkBackpressure()
      this.#identity.checkExpiry(connection, now)
      if (now - connection.openedAt > this.#maxLifetime) {
        connection.closeSoon(CLOSE_CODES.GOING_AWAY, 'Maximum lifetime reached')
      }
    }
  }
}
