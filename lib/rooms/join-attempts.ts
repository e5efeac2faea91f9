import type { RoomAccess } from './room-access.js'

/** A join under way, or several of one member into one room: they are cancelled together. */
export interface JoinAttempt<M> {
  readonly member: M
  readonly room: string
  /** How many joins it stands for. */
  users: number
  isCancelled: boolean
  /** What the member may do there, as whoever let it in said. */
  access?: RoomAccess | undefined
  /** What the join comes to that others may wait for. */
  result?: Promise<boolean> | undefined
}

/** The joins that wait for a hook, a handler or a transport, by member and room. */
export class JoinAttempts<M extends object> {
  readonly #byMember = new Map<M, Map<string, JoinAttempt<M>>>()

  find(member: M, room: string): JoinAttempt<M> | undefined {
    return this.#byMember.get(member)?.get(room)
  }

  /** How many rooms a member is on its way into. */
  count(member: M): number {
    return this.#byMember.get(member)?.size ?? 0
  }

  begin(member: M, room: string): JoinAttempt<M> {
    const attempt = this.find(member, room) ?? { member, room, users: 0, isCancelled: false }
    attempt.users++
    const rooms = this.#byMember.get(member)
    if (rooms) rooms.set(room, attempt)
    else this.#byMember.set(member, new Map([[room, attempt]]))
    return attempt
  }

  end(attempt: JoinAttempt<M>): void {
    attempt.users--
    if (attempt.users === 0 && !attempt.isCancelled) this.#remove(attempt)
  }

  /** Keeps what is under way from ending in the room; the next join starts anew. */
  cancel(member: M, room: string): void {
    const attempt = this.find(member, room)
    if (!attempt) return
    attempt.isCancelled = true
    this.#remove(attempt)
  }

  cancelAll(member: M): void {
    for (const attempt of this.#byMember.get(member)?.values() ?? []) attempt.isCancelled = true
    this.#byMember.delete(member)
  }

  #remove({ member, room }: JoinAttempt<M>): void {
    const rooms = this.#byMember.get(member)
    rooms?.delete(room)
    if (rooms?.size === 0) this.#byMember.delete(member)
  }
}
