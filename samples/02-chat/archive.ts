import { randomUUID } from 'node:crypto'
import { singleton } from 'tsyringe'

/** Somebody in a room. */
export interface Person {
  readonly id: string
  readonly name: string
}

/** Something somebody said. */
export interface Said {
  readonly id: string
  readonly from: Person
  readonly text: string
  readonly at: number
}

const MESSAGES_KEPT = 50
const ROOMS_KEPT = 200

/** Remembers the last messages of the rooms that were spoken in last. */
@singleton()
export class Archive {
  readonly #rooms = new Map<string, Said[]>()

  append(room: string, from: Person, text: string): Said {
    const said = { id: randomUUID(), from, text, at: Date.now() }
    const messages = [...this.recent(room), said].slice(-MESSAGES_KEPT)
    // Put last again: a Map keeps its order, and the first room is the one to forget.
    this.#rooms.delete(room)
    this.#rooms.set(room, messages)
    const [oldest] = this.#rooms.keys()
    if (this.#rooms.size > ROOMS_KEPT && oldest !== undefined) this.#rooms.delete(oldest)
    return said
  }

  recent(room: string): readonly Said[] {
    return this.#rooms.get(room) ?? []
  }
}
