import type { WsMember, WsPresence } from '../../protocol/v1.js'

/** Milliseconds that a member stays whose connections are lost: a reload takes less. */
export const PRESENCE_GRACE = 5_000

interface Present {
  state: unknown
  readonly connections: Set<string>
  /** Until when it stays without a connection: milliseconds of the same clock as all instants here. */
  until: number | undefined
  /** What everybody was told last; `undefined` when some were told one thing, some another. */
  told: WsMember | undefined
}

/** What an entry comes to. */
export interface Entry {
  /** The id of the member. */
  readonly self: string
  /** Whom the others have to be told of at once; nobody when the member was there already. */
  readonly joined: WsMember | undefined
}

/**
 * Who is in a room, and what each shows of itself. A user is one member, however many connections it
 * has there. It knows no sockets and no timers: what time it is, it is told.
 */
export class Roster {
  readonly #members = new Map<string, Present>()
  /** The member of each connection. */
  readonly #owners = new Map<string, string>()
  /** Members that have changed since the others were told. */
  readonly #changed = new Set<string>()
  readonly #left = new Set<string>()
  /** Members without a connection. */
  readonly #absent = new Set<string>()

  /** Whether there is nobody, and nothing to tell. */
  get isEmpty(): boolean {
    return this.#members.size === 0 && this.#left.size === 0
  }

  /** Whether there is something to tell. */
  get hasChanges(): boolean {
    return this.#changed.size > 0 || this.#left.size > 0
  }

  /** When the next absent member has to go. */
  get nextLeave(): number | undefined {
    let next: number | undefined
    for (const id of this.#absent) {
      const until = this.#members.get(id)?.until
      if (until !== undefined && (next === undefined || until < next)) next = until
    }
    return next
  }

  /** A connection of a member came. A member that was absent is as it was. */
  enter(connection: string, self: string, state: unknown = null): Entry {
    this.#owners.set(connection, self)
    const known = this.#members.get(self)
    if (known) {
      known.connections.add(connection)
      known.until = undefined
      this.#absent.delete(self)
      this.#changed.add(self)
      return { self, joined: undefined }
    }
    const joined: WsMember = { id: self, state, connections: 1 }
    this.#members.set(self, {
      state,
      connections: new Set([connection]),
      until: undefined,
      told: joined,
    })
    this.#left.delete(self)
    return { self, joined }
  }

  /**
   * A connection went: the last one's member at once, or when it did not come back in time.
   *
   * @param until when the member has to go; `undefined` for now
   */
  exit(connection: string, until: number | undefined): void {
    const self = this.#owners.get(connection)
    if (self === undefined) return
    this.#owners.delete(connection)
    const member = this.#members.get(self) as Present
    member.connections.delete(connection)
    if (member.connections.size > 0) this.#changed.add(self)
    else if (until === undefined) this.#remove(self)
    else {
      member.until = until
      this.#absent.add(self)
    }
  }

  /** Absent members whose time is up go. */
  expire(now: number): void {
    for (const id of this.#absent) {
      if ((this.#members.get(id)?.until ?? Infinity) <= now) this.#remove(id)
    }
  }

  /** @returns whether the connection is here */
  show(connection: string, state: unknown): boolean {
    const self = this.#owners.get(connection)
    if (self === undefined) return false
    ;(this.#members.get(self) as Present).state = state
    this.#changed.add(self)
    return true
  }

  /** The state of the member that a connection belongs to. */
  stateOf(connection: string): unknown {
    const self = this.#owners.get(connection)
    return self === undefined ? undefined : this.#members.get(self)?.state
  }

  /** Everybody, as of now. */
  members(): WsMember[] {
    return Array.from(this.#members, ([id, member]) => memberOf(id, member))
  }

  /** Everybody, for one who has just come. */
  snapshot(): WsMember[] {
    // The others will be told of what has changed: also when it has changed back until then.
    for (const id of this.#changed) {
      const member = this.#members.get(id)
      if (member) member.told = undefined
    }
    return this.members()
  }

  /** What has changed since it was asked last; `undefined` when nothing that shows has. */
  takeChanges(): WsPresence | undefined {
    const update: WsMember[] = []
    for (const id of this.#changed) {
      const member = this.#members.get(id)
      // Whoever is absent looks as before: it may be a reload.
      if (!member || member.connections.size === 0) continue
      const now = memberOf(id, member)
      const { told } = member
      if (told && now.state === told.state && now.connections === told.connections) continue
      member.told = now
      update.push(now)
    }
    const leave = [...this.#left]
    this.#changed.clear()
    this.#left.clear()
    if (update.length + leave.length === 0) return undefined
    return { ...(update.length > 0 && { update }), ...(leave.length > 0 && { leave }) }
  }

  #remove(id: string): void {
    this.#members.delete(id)
    this.#absent.delete(id)
    this.#changed.delete(id)
    this.#left.add(id)
  }
}

function memberOf(id: string, { state, connections }: Present): WsMember {
  return { id, state, connections: Math.max(1, connections.size) }
}
