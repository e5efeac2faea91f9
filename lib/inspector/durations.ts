/** Upper bounds in microseconds: each a quarter of an octave above the one before, up to a minute. */
const BOUNDS = Array.from({ length: 105 }, (_, index) => 2 ** (index / 4))
const LOG_STEP = Math.log(2) / 4

/** How long something took, many times: shares of it are known to within a fifth. */
export class Durations {
  readonly #counts = new Uint32Array(BOUNDS.length)
  #total = 0

  /** @param microseconds from 0; a minute and more count as a minute */
  add(microseconds: number): void {
    const index = microseconds <= 1 ? 0 : Math.ceil(Math.log(microseconds) / LOG_STEP)
    const place = Math.min(index, BOUNDS.length - 1)
    this.#counts[place] = (this.#counts[place] ?? 0) + 1
    this.#total++
  }

  /**
   * @param share 0.5 for the median
   * @returns microseconds that this share did not take longer than; `undefined` when nothing was added
   */
  share(share: number): number | undefined {
    if (this.#total === 0) return undefined
    let left = this.#total * share
    for (const [index, count] of this.#counts.entries()) {
      left -= count
      if (left <= 0) return BOUNDS[index]
    }
    return BOUNDS.at(-1)
  }

  /** Half of everything is forgotten: what is shown is of lately. */
  fade(): void {
    this.#total = 0
    for (const [index, count] of this.#counts.entries()) {
      this.#counts[index] = count >> 1
      this.#total += count >> 1
    }
  }
}
