import type { Room } from './room.js'
import type { RoomMember } from './room-member.js'

/**
 * The rooms that have a member, by name. One that was asked for twice is compared first: the name
 * stands in a message, and to hash it costs more than to read it. Where it is another each time, nothing
 * is compared.
 */
export class RoomRegistry<M extends RoomMember> {
  readonly #rooms = new Map<string, Room<M>>()
  #last: Room<M> | undefined
  /** The last, when it was the one before, too. */
  #repeated: Room<M> | undefined

  get size(): number {
    return this.#rooms.size
  }

  get(name: string): Room<M> | undefined {
    const repeated = this.#repeated
    if (repeated?.name === name) return repeated
    const room = this.#rooms.get(name)
    this.#repeated = room === this.#last ? room : undefined
    this.#last = room
    return room
  }

  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  add(room: Room<M>): void {
    this.#rooms.set(room.name, room)
  }

  delete(room: Room<M>): void {
    this.#rooms.delete(room.name)
    this.#last = undefined
    this.#repeated = undefined
  }

  names(): IterableIterator<string> {
    return this.#rooms.keys()
  }
}
