/** Milliseconds before a worker that ended by itself is started again, at most: at first, and in the end. */
const FIRST_DELAY = 200
const LONGEST_DELAY = 30_000

/** Milliseconds after which a worker that listens counts as well again. */
const STABLE = 10_000

/**
 * How long a worker that keeps ending stays away: a random time (full jitter) whose bound doubles with
 * every end. It is started again for ever.
 */
export class BackOff {
  readonly #random: () => number
  #failures = 0

  /** @param random from 0 up to 1; default: `Math.random` */
  constructor(random: () => number = Math.random) {
    this.#random = random
  }

  /** How many times in a row it has ended by itself. */
  get failures(): number {
    return this.#failures
  }

  /**
   * The worker has ended by itself.
   *
   * @param listened milliseconds for which it did listen
   * @returns milliseconds to wait
   */
  failed(listened: number): number {
    if (listened >= STABLE) this.#failures = 0
    const bound = Math.min(FIRST_DELAY * 2 ** this.#failures++, LONGEST_DELAY)
    return Math.round(this.#random() * bound)
  }
}
