/** A seeded source of randomness (sfc32): the same seed gives the same sequence everywhere. */
export class Random {
  #a: number
  #b: number
  #c = 1
  #d: number

  constructor(readonly seed: number) {
    this.#a = seed | 0
    this.#b = (seed / 0x1_0000_0000) | 0
    this.#d = 0x9e3779b9
    for (let round = 0; round < 12; round++) this.next()
  }

  /** A 32-bit unsigned integer. */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#d) | 0
    this.#d = (this.#d + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum
    this.#c |= 0
    return sum >>> 0
  }

  /** An integer from 0 up to, not including, `end`. */
  int(end: number): number {
    return this.next() % end
  }

  /** An integer from `first` to `last`, both included. */
  between(first: number, last: number): number {
    return first + this.int(last - first + 1)
  }

  /** True once in `times`. */
  oneIn(times: number): boolean {
    return this.int(times) === 0
  }

  pick<T>(items: readonly [T, ...T[]] | readonly T[]): T {
    return items[this.int(items.length)]!
  }

  bytes(count: number): Buffer {
    const bytes = Buffer.alloc(count)
    for (let index = 0; index < count; index++) bytes[index] = this.next() & 0xff
    return bytes
  }

  /** Printable ASCII. */
  text(length: number): string {
    let text = ''
    for (let index = 0; index < length; index++) text += String.fromCharCode(this.between(32, 126))
    return text
  }
}

/** Picks one of several things, some more often than others. */
export class Weighted<T> {
  readonly #items: T[] = []

  constructor(weights: Iterable<readonly [T, number]>) {
    for (const [item, weight] of weights) {
      for (let share = 0; share < weight; share++) this.#items.push(item)
    }
  }

  pick(random: Random): T {
    return random.pick(this.#items)
  }
}
