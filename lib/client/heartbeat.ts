import type { Platform } from './platform.js'

/** What a heartbeat needs. */
export interface HeartbeatParts {
  readonly platform: Pick<Platform, 'schedule' | 'now'>
  /** Milliseconds of silence before a ping. */
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
    this.heard()
    this.#arm(this.#parts.interval, () => this.#afterSilence())
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
    const { timeout, ping } = this.#parts
    this.#hasHeard = false
    this.#arm(timeout, (late) => this.#judge(isAgain, late))
    ping()
  }

  #judge(isAgain: boolean, late: number): void {
    if (this.#hasHeard) this.#afterSilence()
    else if (!isAgain && late > this.#parts.timeout / 2) this.#ask(true)
    else {
      this.stop()
      this.#parts.dead()
    }
  }

  /** @param run gets how many milliseconds late it is */
  #arm(milliseconds: number, run: (late: number) => void): void {
    const { platform } = this.#parts
    const due = platform.now() + milliseconds
    this.#cancel?.()
    this.#cancel = platform.schedule(() => run(platform.now() - due), milliseconds)
  }
}
