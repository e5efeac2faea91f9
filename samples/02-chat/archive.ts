import { singleton } from 'tsyringe'
import type { Said } from './chat.channel.js'

const MESSAGES_KEPT = 50
const ROOMS_KEPT = 200

/** Remembers the last messages of the rooms that were spoken in last. */
@singleton()
export class Archive {
  readonly #rooms = new Map<string, readonly Said[]>()

  find(room: string, id: string): Said | undefined {
    return this.recent(room).find((said) => said.id === id)
  }

  append(room: string, said: Said): void {
    const messages = [...this.recent(room), said].slice(-MESSAGES_KEPT)
    // Put last again: a Map keeps its order, and the first room is the one to forget.
    this.#rooms.delete(room)
    this.#rooms.set(room, messages)
    const [oldest] = this.#rooms.keys()
    if (this.#rooms.size > ROOMS_KEPT && oldest !== undefined) this.#rooms.delete(oldest)
  }

  recent(room: string): readonly Said[] {
    return this.#rooms.get(room) ?? []
  }
}
