/** When to probe, in milliseconds, and when to give up. */
export interface ProbeTimes {
  /** Between two probes. */
  readonly interval: number
  /** Without an answer for so long, a probe is missed. */
  readonly timeout: number
  /** Between two looks at the clock: when more has passed, this process was too busy to listen. */
  readonly tick: number
}

/**
 * Keeps account of the probes of one session: what has to be sent, and how many in a row were
 * missed. A late answer counts: a slow broker is alive.
 */
export class Probe {
  readonly #times: ProbeTimes
  #nextAt: number
  #lastTick: number
  #waitingSince: number | undefined
  #misses = 0
  #wasAnswered = false

  constructor(times: ProbeTimes, now: number) {
    this.#times = times
    this.#nextAt = now
    this.#lastTick = now
  }

  /** How many probes in a row had no answer. */
  get misses(): number {
    return this.#misses
  }

  /** Whether any was answered. */
  get wasAnswered(): boolean {
    return this.#wasAnswered
  }

  /** @returns whether a probe has to be sent now */
  tick(now: number): boolean {
    const { interval, timeout, tick } = this.#times
    const pause = now - this.#lastTick - tick
    this.#lastTick = now
    // An answer that has come meanwhile has not been read yet.
    if (pause > 0 && this.#waitingSince !== undefined) this.#waitingSince += pause
    if (this.#waitingSince !== undefined && now - this.#waitingSince >= timeout) {
      this.#misses++
      this.#waitingSince = undefined
    }
    if (now < this.#nextAt) return false
    // Kept to the beat, so that three misses take no longer than they may; after a pause it starts anew.
    this.#nextAt = Math.max(this.#nextAt, now - interval) + interval
    this.#waitingSince ??= now
    return true
  }

  answered(): void {
    this.#misses = 0
    this.#waitingSince = undefined
    this.#wasAnswered = true
  }
}
