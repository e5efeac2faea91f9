import type { WsMember, WsPresence } from '../../protocol/v1.js'
import type { Elsewhere } from './presence-link.js'

/** Milliseconds that a member stays whose connections are lost: a reload takes less. */
export const PRESENCE_GRACE = 5_000

interface Present {
  state: unknown
  readonly connections: Set<string>
  /** Until when it stays without a connection: milliseconds of the same clock as all instants here. */
  until: number | undefined
  /** How many connections it has in other processes; `undefined` when it is in none. */
  elsewhere: number | undefined
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

/** What a roster reports of the members that have connections in this process. */
export interface RosterOutlet {
  /** How many those are: 0 when all are lost, `undefined` when it is gone. */
  readonly connections: (id: string, connections: number | undefined) => void
  readonly show: (id: string, state: unknown) => void
}

/**
 * Who is in a room, and what each shows of itself. A user is one member, however many connections it
 * has there, in this process and in others. It knows no sockets and no timers: what time it is, it is
 * told.
 */
export class Roster {
  readonly #members = new Map<string, Present>()
  /** The member of each connection. */
  readonly #owners = new Map<string, string>()
  /** Members that have changed since the others were told. */
  readonly #changed = new Set<string>()
  readonly #left = new Set<string>()
  /** Members that had connections here, and whose last one was lost. */
  readonly #absent = new Set<string>()
  /** Members whose coming the others have not been told of. */
  readonly #new = new Set<string>()
  readonly #outlet: RosterOutlet | undefined

  constructor(outlet?: RosterOutlet) {
    this.#outlet = outlet
  }

  /** Whether there is nobody in this process, and nothing to tell. */
  get isEmpty(): boolean {
    return this.#owners.size + this.#absent.size + this.#left.size === 0
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
      this.#outlet?.connections(self, known.connections.size)
      return { self, joined: undefined }
    }
    const joined: WsMember = { id: self, state, connections: 1 }
    this.#add(self, { state, connections: new Set([connection]), told: joined })
    this.#outlet?.connections(self, 1)
    if (state !== null) this.#outlet?.show(self, state)
    return { self, joined }
  }

  /**
   * What other processes have of a member is another now.
   *
   * @param now `undefined` when they have nothing of it
   */
  setElsewhere(id: string, now: Elsewhere | undefined): void {
    const member = this.#members.get(id)
    if (member) {
      member.elsewhere = now?.connections
      if (now) member.state = now.state
      this.#changed.add(id)
      if (!now) this.#removeIfGone(id, member)
    } else if (now) {
      const { state, connections: elsewhere } = now
      this.#add(id, { state, connections: new Set(), elsewhere })
      this.#changed.add(id)
      this.#new.add(id)
    }
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
    const isHere = member.connections.size > 0 || until !== undefined
    this.#outlet?.connections(self, isHere ? member.connections.size : undefined)
    if (member.connections.size > 0) this.#changed.add(self)
    else if (until === undefined) this.#removeIfGone(self, member)
    else {
      member.until = until
      this.#absent.add(self)
      // Elsewhere it is seen to have one less.
      if (member.elsewhere !== undefined) this.#changed.add(self)
    }
  }

  /** Absent members whose time is up go. */
  expire(now: number): void {
    for (const id of this.#absent) {
      const member = this.#members.get(id) as Present
      if ((member.until ?? Infinity) > now) continue
      member.until = undefined
      this.#absent.delete(id)
      this.#outlet?.connections(id, undefined)
      this.#removeIfGone(id, member)
    }
  }

  /** @returns whether the connection is here */
  show(connection: string, state: unknown): boolean {
    const self = this.#owners.get(connection)
    if (self === undefined) return false
    ;(this.#members.get(self) as Present).state = state
    this.#changed.add(self)
    this.#outlet?.show(self, state)
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
      if (member && !looksAsTold(member)) member.told = undefined
    }
    return this.members()
  }

  /** What has changed since it was asked last; `undefined` when nothing that shows has. */
  takeChanges(): WsPresence | undefined {
    const join: WsMember[] = []
    const update: WsMember[] = []
    for (const id of this.#changed) {
      const member = this.#members.get(id)
      if (!member) continue
      if (looksAsTold(member)) continue
      const now = memberOf(id, member)
      const isNew = this.#new.has(id)
      // Whoever is absent looks as before: it may be a reload.
      if (!isNew && connectionsOf(member) === 0) continue
      member.told = now
      if (isNew) join.push(now)
      else update.push(now)
    }
    const leave = [...this.#left]
    this.#changed.clear()
    this.#new.clear()
    this.#left.clear()
    if (join.length + update.length + leave.length === 0) return undefined
    return {
      ...(join.length > 0 && { join }),
      ...(update.length > 0 && { update }),
      ...(leave.length > 0 && { leave }),
    }
  }

  #add(id: string, member: Pick<Present, 'state' | 'connections'> & Partial<Present>): void {
    this.#members.set(id, { until: undefined, elsewhere: undefined, told: undefined, ...member })
    this.#left.delete(id)
  }

  /** It stays as long as it is anywhere, or may come back. */
  #removeIfGone(id: string, { connections, until, elsewhere }: Present): void {
    if (connections.size > 0 || until !== undefined || elsewhere !== undefined) {
      this.#changed.add(id)
      return
    }
    this.#members.delete(id)
    this.#changed.delete(id)
    this.#new.delete(id)
    this.#left.add(id)
  }
}

function connectionsOf({ connections, elsewhere = 0 }: Present): number {
  return connections.size + elsewhere
}

/** Whether everybody knows it as it is. */
function looksAsTold(member: Present): boolean {
  const { told, state } = member
  return told?.state === state && told?.connections === Math.max(1, connectionsOf(member))
}

function memberOf(id: string, member: Present): WsMember {
  const { state } = member
  return { id, state, connections: Math.max(1, connectionsOf(member)) }
}
