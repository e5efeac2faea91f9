import { showValue } from '../errors/show-value.js'
import type { VirtualClock } from './virtual-clock.js'

/**
 * The clock of a test app. It stands still: everything in the framework that waits (idle connections,
 * the grace of presence, the window of recovery, the `ttl` of history, rates, deadlines) waits until it
 * is advanced. It starts at the real time; timers of your own code are none of it.
 */
export class TestClock {
  readonly #clock: VirtualClock

  /** @internal */
  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  /** Milliseconds since the epoch, as the app sees them: for a session's `expiresAt`, say. */
  now(): number {
    return this.#clock.date()
  }

  /**
   * Lets time pass: runs what falls due, in order, and what comes of each before the next.
   *
   * @param milliseconds 0 and more
   * @throws RangeError for what is no such number
   */
  advance(milliseconds: number): Promise<void> {
    if (!Number.isFinite(milliseconds) || milliseconds < 0) {
      throw new RangeError(`advance: ${showValue(milliseconds)} is no number of milliseconds`)
    }
    return this.#clock.advance(milliseconds)
  }
}
