import type { Platform } from './platform.js'

/** What a heartbeat needs. */
export interface HeartbeatParts {
  readonly platform: Pick<Platform, 'schedule' | 'now'>
  /** Milliseconds of silence before a ping; 0: there is none. */
  readonly interval: number
  /** Milliseconds until a sign of life. */
  readonly timeout: number
  readonly ping: () => void
  readonly dead: () => void
}

/**
 * Finds a connection that is dead without having said so. Any frame is a sign of life; a ping is sent
 * only after a silence.
 *
 * A timer may be late: a laptop slept, or a background tab is throttled. What came meanwhile may not
 * have been handed over yet, so a deadline that fires late is given once more before it counts.
 */
export class Heartbeat {
  readonly #parts: HeartbeatParts
  #cancel: (() => void) | undefined
  #heardAt = 0
  #hasHeard = false

  constructor(parts: HeartbeatParts) {
    this.#parts = parts
  }

  start(): void {
    const { interval } = this.#parts
    this.heard()
    if (interval > 0) this.#arm(interval, () => this.#afterSilence())
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  /** A frame came. */
  heard(): void {
    this.#heardAt = this.#parts.platform.now()
    this.#hasHeard = true
  }

  /** Asks for a sign of life now, if it runs at all. */
  probe(): void {
    if (this.#cancel) this.#ask(false)
  }

  #afterSilence(): void {
    const { platform, interval } = this.#parts
    const left = interval - (platform.now() - this.#heardAt)
    if (left > 0) this.#arm(left, () => this.#afterSilence())
    else this.#ask(false)
  }

  #ask(isAgain: boolean): void {
    const { platform, timeout, ping } = this.#parts
    this.#hasHeard = false
    this.#await(platform.now() + timeout, isAgain)
    ping()
  }

  /** Looks after the interval, too: an answer that is there by then is followed by the next silence. */
  #await(deadline: number, isAgain: boolean): void {
    const { platform, interval, timeout, dead } = this.#parts
    this.#arm(Math.min(interval, deadline - platform.now()), () => {
      const late = platform.now() - deadline
      if (this.#hasHeard) this.#afterSilence()
      else if (late < 0) this.#await(deadline, isAgain)
      else if (!isAgain && late > timeout / 2) this.#ask(true)
      else {
        this.stop()
        dead()
      }
    })
  }

  #arm(milliseconds: number, run: () => void): void {
    this.#cancel?.()
    this.#cancel = this.#parts.platform.schedule(run, milliseconds)
  }
}
