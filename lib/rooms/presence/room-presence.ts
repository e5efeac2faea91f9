import type { Clock, ClockTimer } from '../../async/clock.js'
import type { WsPresence, WsMember } from '../../protocol/v1.js'
import type { PresenceLink } from './presence-link.js'
import { PRESENCE_GRACE, Roster, type Entry } from './roster.js'

/** Milliseconds between two pushes of what has changed: a member is told of 60 times a second at most. */
const INTERVAL = 1000 / 60

/** What a room's presence needs. */
export interface RoomPresenceParts {
  readonly room: string
  /** The rosters of the other processes; absent when there are none. */
  readonly link?: PresenceLink | undefined
  readonly clock: Clock
  /** Tells all members. */
  readonly publish: (change: WsPresence) => void
  /** There is nobody any more. */
  readonly forget: () => void
}

/** The roster of one room, and when its members are told what. */
export class RoomPresence {
  readonly #parts: RoomPresenceParts
  readonly #roster: Roster
  #tick: ClockTimer | undefined
  #leave: ClockTimer | undefined
  #toldAt = -Infinity

  constructor(parts: RoomPresenceParts) {
    this.#parts = parts
    const { room, link } = parts
    this.#roster = new Roster(
      link && {
        connections: (id, connections) => link.setConnections(room, id, connections),
        show: (id, state) => link.show(room, id, state),
      },
    )
    for (const id of link?.idsElsewhere(room) ?? []) {
      this.#roster.setElsewhere(id, link?.elsewhere(room, id))
    }
    // There is nobody yet who could be told.
    this.#roster.takeChanges()
  }

  /** What other processes have of a member is another now. */
  heard(id: string): void {
    const { room, link } = this.#parts
    this.#roster.setElsewhere(id, link?.elsewhere(room, id))
    this.#settle()
  }

  /** A connection came; see {@link Roster.enter}. */
  enter(connection: string, self: string, state?: unknown): Entry {
    const entry = this.#roster.enter(connection, self, state)
    this.#settle()
    return entry
  }

  /** A connection left, or was lost: then its member stays for a while. */
  exit(connection: string, isLost: boolean): void {
    this.#roster.exit(connection, isLost ? this.#parts.clock.now() + PRESENCE_GRACE : undefined)
    this.#settle()
  }

  /** @returns whether the connection is here */
  show(connection: string, state: unknown): boolean {
    const isHere = this.#roster.show(connection, state)
    this.#tellSoon()
    return isHere
  }

  stateOf(connection: string): unknown {
    return this.#roster.stateOf(connection)
  }

  /** Everybody, for one who has just come. */
  snapshot(): WsMember[] {
    return this.#roster.snapshot()
  }

  members(): WsMember[] {
    return this.#roster.members()
  }

  /** Tells nobody of anything any more. */
  close(): void {
    this.#parts.clock.clearTimeout(this.#tick)
    this.#parts.clock.clearTimeout(this.#leave)
  }

  #settle(): void {
    this.#parts.clock.clearTimeout(this.#leave)
    const { nextLeave, hasChanges, isEmpty } = this.#roster
    if (nextLeave !== undefined) {
      const wait = Math.max(0, nextLeave - this.#parts.clock.now())
      this.#leave = this.#parts.clock.setTimeout(() => this.#expire(), wait).unref()
    }
    this.#tellSoon()
    if (isEmpty && !hasChanges) this.#parts.forget()
  }

  #tellSoon(): void {
    if (this.#tick || !this.#roster.hasChanges) return
    const wait = Math.max(0, this.#toldAt + INTERVAL - this.#parts.clock.now())
    this.#tick = this.#parts.clock.setTimeout(() => this.#tell(), Math.ceil(wait)).unref()
  }

  #expire(): void {
    this.#roster.expire(this.#parts.clock.now())
    this.#settle()
  }

  #tell(): void {
    this.#tick = undefined
    this.#toldAt = this.#parts.clock.now()
    const change = this.#roster.takeChanges()
    if (change) this.#parts.publish(change)
    this.#settle()
  }
}
