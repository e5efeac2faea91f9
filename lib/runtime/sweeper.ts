import type { ClockTimer } from '../async/clock.js'
import { CLOSE_CODES } from '../protocol/close-codes.js'
import type { AppHost } from './app-host.js'
import type { Identity } from './identity.js'
import { LiveConnection } from './live-connection.js'

const INTERVAL = 1_000

type SweptHost = Pick<AppHost, 'server' | 'counters' | 'clock'>

/**
 * Looks through all connections once a second for what no event tells of: a queue that has grown
 * over its limit by pushes to many rooms, and a session or a lifetime that is over. It also adds up what waits to be sent.
 */
export class Sweeper {
  readonly #host: SweptHost
  readonly #identity: Identity
  readonly #maxLifetime: number
  #timer: ClockTimer | undefined

  /** @param maxLifetime milliseconds; `Infinity` for none */
  constructor(host: SweptHost, identity: Identity, maxLifetime: number) {
    this.#host = host
    this.#identity = identity
    this.#maxLifetime = maxLifetime
  }

  start(): void {
    const { clock } = this.#host
    const timer = clock.setTimeout(() => {
      timer.refresh()
      this.#sweep(clock.date())
    }, INTERVAL)
    this.#timer = timer.unref()
  }

  stop(): void {
    const { counters, clock } = this.#host
    clock.clearTimeout(this.#timer)
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
      if (isOverAge(connection, now - connection.openedAt, this.#maxLifetime)) {
        connection.closeSoon(CLOSE_CODES.GOING_AWAY, 'Maximum lifetime reached')
      }
    }
  }
}

/** Of the lifetime: how much earlier a connection may end, so that not all come back at once. */
const JITTER = 0.1

/** Each connection has a moment of its own, which its random id tells: nothing has to be kept for it. */
function isOverAge({ id }: LiveConnection, age: number, maxLifetime: number): boolean {
  if (age < maxLifetime * (1 - JITTER)) return false
  const share = Number.parseInt(id.slice(0, 8), 16) / 2 ** 32
  return age > maxLifetime * (1 - JITTER * share)
}
