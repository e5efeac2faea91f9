/** Runs something at once, and then at most once in an interval: the last one is never left out. */
export class Throttle {
  readonly #run: () => void
  readonly #interval: number
  #last = -Infinity
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param interval milliseconds */
  constructor(interval: number, run: () => void) {
    this.#interval = interval
    this.#run = run
  }

  /** Asks for a run. */
  ask(): void {
    if (this.#timer !== undefined) return
    const wait = this.#last + this.#interval - performance.now()
    // Not in this turn: what is done in one goes out as one.
    this.#timer = setTimeout(() => this.runNow(), Math.max(0, wait))
  }

  /** Runs now what was asked for. */
  runNow(): void {
    if (this.#timer === undefined) return
    this.stop()
    this.#last = performance.now()
    this.#run()
  }

  /** Forgets what was asked for. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
