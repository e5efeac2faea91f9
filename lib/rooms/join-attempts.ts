/** One join under way. */
export interface JoinAttempt {
  isCancelled: boolean
  result?: Promise<boolean>
}

/** The joins that wait for a hook or a transport, by member and room. */
export class JoinAttempts<M extends object> {
  readonly #byMember = new Map<M, Map<string, JoinAttempt>>()

  find(member: M, room: string): JoinAttempt | undefined {
    return this.#byMember.get(member)?.get(room)
  }

  /** How many rooms a member is on its way into. */
  count(member: M): number {
    return this.#byMember.get(member)?.size ?? 0
  }

  add(member: M, room: string, attempt: JoinAttempt): void {
    const rooms = this.#byMember.get(member)
    if (rooms) rooms.set(room, attempt)
    else this.#byMember.set(member, new Map([[room, attempt]]))
  }

  remove(member: M, room: string, attempt: JoinAttempt): void {
    const rooms = this.#byMember.get(member)
    if (rooms?.get(room) !== attempt) return
    rooms.delete(room)
    if (rooms.size === 0) this.#byMember.delete(member)
  }

  /** Keeps an attempt from ending in the room; the next join starts a new one. */
  cancel(member: M, room: string): void {
    const attempt = this.find(member, room)
    if (!attempt) return
    attempt.isCancelled = true
    this.remove(member, room, attempt)
  }

  cancelAll(member: M): void {
    for (const attempt of this.#byMember.get(member)?.values() ?? []) attempt.isCancelled = true
    this.#byMember.delete(member)
  }
}
