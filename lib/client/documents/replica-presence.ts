import type { PresenceChangeFrame, PresenceUser } from '../../protocol/documents/document-frames.js'
import type { JsonObject } from '../../protocol/documents/document-record.js'

/** Who else is there, and what this replica shows of its own user. */
export class ReplicaPresence {
  /** What is shown; `undefined` before anything was. */
  own: JsonObject | null | undefined
  readonly #users = new Map<string, JsonObject>()
  #self = ''

  /** A connection began: who is there is told anew. */
  begin(self: string): void {
    this.#self = self
    this.#users.clear()
  }

  take({ join = [], update = [], leave = [] }: PresenceChangeFrame): void {
    for (const { user, state } of [...join, ...update]) this.#users.set(user, state)
    for (const user of leave) this.#users.delete(user)
  }

  clear(): void {
    this.#users.clear()
  }

  others(): PresenceUser[] {
    return Array.from(this.#users, ([user, state]) => ({ user, state })).filter(
      ({ user }) => user !== this.#self,
    )
  }
}
