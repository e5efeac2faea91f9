import { SmallSet } from './small-set.js'

/** Who may only read, and where. Most may write: they take no room here. */
export class RoomReaders<M extends object> {
  readonly #rooms = new Map<M, SmallSet<string>>()

  has(member: M, room: string): boolean {
    return this.#rooms.size > 0 && (this.#rooms.get(member)?.has(room) ?? false)
  }

  add(member: M, room: string): void {
    const rooms = this.#rooms.get(member)
    if (rooms) rooms.add(room)
    else this.#rooms.set(member, new SmallSet<string>().add(room))
  }

  delete(member: M, room: string): void {
    if (this.#rooms.size === 0) return
    const rooms = this.#rooms.get(member)
    rooms?.delete(room)
    if (rooms?.size === 0) this.#rooms.delete(member)
  }
}
