import type { WsJoined, WsMember, WsPresence } from '../protocol/v1.js'

/** What changed among the members of a room. */
export interface RosterChange<State = unknown> {
  readonly join: readonly WsMember<State>[]
  readonly update: readonly WsMember<State>[]
  readonly leave: readonly WsMember<State>[]
}

/** The members of a room. Each change makes a new map, so that a view can compare two by identity. */
export class Roster {
  #members: ReadonlyMap<string, WsMember> = new Map()
  #self: string | undefined

  get members(): ReadonlyMap<string, WsMember> {
    return this.#members
  }

  get self(): WsMember | undefined {
    return this.#self === undefined ? undefined : this.#members.get(this.#self)
  }

  /** Everybody, told at once; `undefined` when the room has no presence. */
  fill({ self, members }: WsJoined): RosterChange | undefined {
    if (!Array.isArray(members)) return undefined
    const before = this.#members
    const now = new Map((members as readonly WsMember[]).map((member) => [member.id, member]))
    this.#self = self
    this.#members = now
    return {
      join: [...now.values()].filter(({ id }) => !before.has(id)),
      update: [...now.values()].filter(({ id }) => before.has(id)),
      leave: [...before.values()].filter(({ id }) => !now.has(id)),
    }
  }

  apply({ join = [], update = [], leave = [] }: WsPresence): RosterChange {
    const before = this.#members
    const members = new Map(before)
    const gone = leave.flatMap((id) => members.get(id) ?? [])
    for (const id of leave) members.delete(id)
    const isKnown = ({ id }: WsMember): boolean => before.has(id)
    const told = [...join, ...update]
    for (const member of told) members.set(member.id, member)
    this.#members = members
    return {
      join: told.filter((member) => !isKnown(member)),
      update: told.filter(isKnown),
      leave: gone,
    }
  }

  /** Nobody is there any more. */
  clear(): RosterChange {
    const leave = [...this.#members.values()]
    this.#members = new Map()
    this.#self = undefined
    return { join: [], update: [], leave }
  }
}
