import type { Encoding } from './encoding.js'

/** How many read which encoding, where it is not that of everybody else. */
export class EncodingTally {
  readonly #counts = new Map<Encoding, number>()
  #size = 0

  /** How many there are in all. */
  get size(): number {
    return this.#size
  }

  /** Those that somebody reads. */
  get encodings(): Iterable<Encoding> {
    return this.#counts.keys()
  }

  add(encoding: Encoding): void {
    this.#counts.set(encoding, (this.#counts.get(encoding) ?? 0) + 1)
    this.#size++
  }

  remove(encoding: Encoding): void {
    const left = (this.#counts.get(encoding) ?? 0) - 1
    if (left > 0) this.#counts.set(encoding, left)
    else this.#counts.delete(encoding)
    this.#size--
  }
}
