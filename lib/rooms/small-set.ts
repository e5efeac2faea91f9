/** Up to here a list is smaller than a `Set`, and looking through it for an object about as quick. */
const MAX_LISTED = 32

/**
 * A set that takes little memory while it has few members, as most rooms and most connections have:
 * 8 bytes for each, where a `Set` takes 40.
 */
export class SmallSet<T> implements ReadonlySet<T> {
  #items: readonly T[] | Set<T> = []

  get size(): number {
    const items = this.#items
    return items instanceof Set ? items.size : items.length
  }

  has(item: T): boolean {
    const items = this.#items
    return items instanceof Set ? items.has(item) : items.includes(item)
  }

  add(item: T): this {
    const items = this.#items
    if (items instanceof Set) items.add(item)
    else if (!items.includes(item)) {
      // `concat` makes just the room it needs, `push` and `...` 16 more.
      this.#items = items.length < MAX_LISTED ? items.concat([item]) : new Set(items).add(item)
    }
    return this
  }

  /** @returns whether it was a member */
  delete(item: T): boolean {
    const items = this.#items
    if (items instanceof Set) {
      const isGone = items.delete(item)
      // Well below the size at which it became a Set: one that goes to and fro is not copied each time.
      if (items.size <= MAX_LISTED / 2) this.#items = [...items]
      return isGone
    }
    const index = items.indexOf(item)
    if (index < 0) return false
    this.#items = items.toSpliced(index, 1)
    return true
  }

  forEach(callback: (value: T, key: T, set: ReadonlySet<T>) => void, thisArg?: unknown): void {
    for (const item of this.#items) callback.call(thisArg, item, item, this)
  }

  *entries(): SetIterator<[T, T]> {
    for (const item of this.#items) yield [item, item]
  }

  keys(): SetIterator<T> {
    return this.values()
  }

  values(): SetIterator<T> {
    return this.#items.values()
  }

  [Symbol.iterator](): SetIterator<T> {
    return this.values()
  }
}
