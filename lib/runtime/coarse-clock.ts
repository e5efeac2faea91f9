import { systemClock, type Clock, type ClockTimer } from '../async/clock.js'

/** How old a reading may be, in milliseconds: at most as long as a rate limit needs for a few messages. */
const RESOLUTION = 10
/** So many readings in that time are worth a timer, which wakes up a process that is idle otherwise. */
const BUSY = 16

/**
 * Milliseconds of a clock that is never set back, read once for all messages of a few milliseconds:
 * a reading costs as much as routing a message.
 */
export class CoarseClock {
  readonly #clock: Clock
  #time = 0
  #isFresh = false
  /** When the readings began that are counted, and how many there were. */
  #since = -Infinity
  #readings = 0
  #timer: ClockTimer | undefined

  constructor(clock: Clock = systemClock) {
    this.#clock = clock
  }

  now(): number {
    if (!this.#isFresh) this.#read()
    return this.#time
  }

  #read(): void {
    this.#time = this.#clock.now()
    if (this.#time - this.#since > RESOLUTION) {
      this.#since = this.#time
      this.#readings = 0
    }
    if (++this.#readings < BUSY) return
    this.#isFresh = true
    if (this.#timer) this.#timer.refresh()
    else this.#timer = this.#clock.setTimeout(() => (this.#isFresh = false), RESOLUTION).unref()
  }
}
