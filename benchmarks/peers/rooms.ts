/** Rooms by hand, as they are written around `ws` when there is no framework. */
export class Rooms<S extends { on(event: 'close', listener: () => void): unknown }> {
  readonly #members = new Map<string, Set<S>>()
  readonly #joined = new Map<S, Set<string>>()

  join(socket: S, room: string): void {
    const members = this.#members.get(room)
    if (members) members.add(socket)
    else this.#members.set(room, new Set([socket]))
    const joined = this.#joined.get(socket)
    if (joined) {
      joined.add(room)
      return
    }
    this.#joined.set(socket, new Set([room]))
    socket.on('close', () => this.#leaveAll(socket))
  }

  /** Everyone in the room but the sender. */
  *others(sender: S, room: string): Iterable<S> {
    for (const member of this.#members.get(room) ?? []) {
      if (member !== sender) yield member
    }
  }

  #leaveAll(socket: S): void {
    for (const room of this.#joined.get(socket) ?? []) {
      const members = this.#members.get(room)
      members?.delete(socket)
      if (members?.size === 0) this.#members.delete(room)
    }
    this.#joined.delete(socket)
  }
}
