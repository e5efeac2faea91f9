import type { Room } from './room.js'
import type { RoomMember } from './room-member.js'

/**
 * The rooms that have a member, by name. The one that was asked for last is compared first: the name
 * stands in a message, and to hash it costs more than to read it.
 */
export class RoomRegistry<M extends RoomMember> {
  readonly #rooms = new Map<string, Room<M>>()
  #last: Room<M> | undefined

  get size(): number {
    return this.#rooms.size
  }

  get(name: string): Room<M> | undefined {
    const last = this.#last
    if (last?.name === name) return last
    const room = this.#rooms.get(name)
    if (room !== undefined) this.#last = room
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
    if (this.#last === room) this.#last = undefined
  }

  names(): IterableIterator<string> {
    return this.#rooms.keys()
  }
}
