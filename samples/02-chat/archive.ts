import { singleton } from 'tsyringe'
import type { Said } from './chat.channel.js'

/** How many messages of a room are kept. */
export const MESSAGES_KEPT = 50
const ROOMS_KEPT = 200

/** What became of a message. */
export interface Kept {
  /** What is kept under its id. */
  readonly said: Said
  /** Whether it has to be told to the room. */
  readonly isNew: boolean
}

/**
 * Remembers the last messages of the rooms that were spoken in last. In memory; its methods are
 * those of a database, which takes its time.
 */
@singleton()
export class Archive {
  readonly #rooms = new Map<string, readonly Said[]>()

  /** What has been kept with the same id stays. */
  async append(room: string, said: Said): Promise<Kept> {
    const before = this.#rooms.get(room) ?? []
    const known = before.find(({ id }) => id === said.id)
    if (known) return { said: known, isNew: false }
    // Put last again: a Map keeps its order, and the first room is the one to forget.
    this.#rooms.delete(room)
    this.#rooms.set(room, [...before, said].slice(-MESSAGES_KEPT))
    const [oldest] = this.#rooms.keys()
    if (this.#rooms.size > ROOMS_KEPT && oldest !== undefined) this.#rooms.delete(oldest)
    return { said, isNew: true }
  }

  async recent(room: string): Promise<readonly Said[]> {
    return this.#rooms.get(room) ?? []
  }
}
