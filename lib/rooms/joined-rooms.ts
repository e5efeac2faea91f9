import { SmallSet } from './small-set.js'

/** What is found by its name. */
interface Named {
  readonly name: string
}

/** Knows the rooms that have a member. */
interface Registry {
  find(name: string): Named | undefined
}

/**
 * The names of the rooms that a connection is in. It keeps the rooms instead: which of two objects
 * is meant is seen at once, where names have to be read, so that more of them may be listed before a
 * `Set` is worth its memory.
 */
export class JoinedRooms implements ReadonlySet<string> {
  readonly #registry: Registry
  readonly #rooms = new SmallSet<Named>()

  constructor(registry: Registry) {
    this.#registry = registry
  }

  get size(): number {
    return this.#rooms.size
  }

  /** Whether a room is among them, without a look at its name or its members. */
  holds(room: Named): boolean {
    return this.#rooms.has(room)
  }

  has(name: string): boolean {
    const room = this.#registry.find(name)
    return room !== undefined && this.#rooms.has(room)
  }

  /** The registry has to know the room. */
  add(name: string): this {
    const room = this.#registry.find(name)
    if (room) this.#rooms.add(room)
    return this
  }

  /** @returns whether it was there */
  delete(name: string): boolean {
    const room = this.#registry.find(name)
    return room !== undefined && this.#rooms.delete(room)
  }

  forEach(callback: (value: string, key: string, set: ReadonlySet<string>) => void): void {
    for (const { name } of this.#rooms) callback(name, name, this)
  }

  *entries(): SetIterator<[string, string]> {
    for (const { name } of this.#rooms) yield [name, name]
  }

  keys(): SetIterator<string> {
    return this.values()
  }

  *values(): SetIterator<string> {
    for (const { name } of this.#rooms) yield name
  }

  [Symbol.iterator](): SetIterator<string> {
    return this.values()
  }
}
