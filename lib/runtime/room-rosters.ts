import { systemClock, type Clock } from '../async/clock.js'
import { andThen, type MaybePromise } from '../async/maybe-promise.js'
import { WsError } from '../errors/ws-error.js'
import { byteLength } from '../protocol/byte-length.js'
import { isFlatWithin } from '../protocol/flat-size.js'
import type { WsMessage } from '../protocol/records.js'
import { RESERVED_PUSH } from '../protocol/reserved-events.js'
import type { WsMember, WsPresence } from '../protocol/v1.js'
import type { PresenceLink } from '../rooms/presence/presence-link.js'
import { RoomPresence } from '../rooms/presence/room-presence.js'
import type { WsRoomManager } from '../rooms/ws-room-manager.js'
import type { PresenceRule } from './route.js'
import type { WsConnection } from './ws-connection.js'

/** Bytes of JSON of what a member shows. */
const MAX_STATE_BYTES = 4096

/** What a connection gets that enters a room with presence. */
export interface RosterView {
  /** The id of its own member. */
  readonly self: string
  readonly members: readonly WsMember[]
}

/** What rosters rest on. */
export interface RosterSources {
  readonly clock?: Clock
  /** The rosters of the other processes; absent when there are none. */
  readonly link?: PresenceLink | undefined
}

/** The rosters of all rooms that have one. */
export class RoomRosters {
  readonly #rules: readonly PresenceRule[]
  readonly #rooms: WsRoomManager<WsConnection>
  readonly #clock: Clock
  readonly #link: PresenceLink | undefined
  readonly #rosters = new Map<string, RoomPresence>()
  /** The rule of each of them: looked for once, not for each message. */
  readonly #ruled = new Map<string, PresenceRule>()
  /** What lost connections showed, by room. */
  readonly #lost = new WeakMap<WsConnection, Map<string, unknown>>()

  constructor(
    rules: readonly PresenceRule[],
    rooms: WsRoomManager<WsConnection>,
    { clock = systemClock, link }: RosterSources = {},
  ) {
    this.#rules = rules
    this.#rooms = rooms
    this.#clock = clock
    this.#link = link
  }

  /** @returns `undefined` when the room has no presence */
  enter(connection: WsConnection, room: string): RosterView | undefined {
    const roster = this.#rosters.get(room) ?? this.#open(room)
    if (!roster) return undefined
    const state = this.#lost.get(connection)?.get(room)
    const { self, joined } = roster.enter(connection.id, connection.userId ?? connection.id, state)
    if (joined) this.#publish(room, { join: [joined] }, connection)
    return { self, members: roster.snapshot() }
  }

  /** @param isLost whether the member stays for a while */
  exit(connection: WsConnection, room: string, isLost: boolean): void {
    this.#rosters.get(room)?.exit(connection.id, isLost)
  }

  /** A connection was lost, and what it showed is kept with it. */
  lost(connection: WsConnection): void {
    if (this.#rules.length === 0) return
    const states = new Map<string, unknown>()
    for (const room of connection.rooms) {
      const roster = this.#rosters.get(room)
      if (!roster) continue
      states.set(room, roster.stateOf(connection.id))
      roster.exit(connection.id, true)
    }
    this.#lost.set(connection, states)
  }

  /** What a connection shows, by room; also one that was lost. */
  statesOf(connection: WsConnection): ReadonlyMap<string, unknown> {
    const states = new Map(this.#lost.get(connection))
    for (const room of connection.rooms) {
      const state = this.#rosters.get(room)?.stateOf(connection.id)
      if (state !== undefined) states.set(room, state)
    }
    return states
  }

  /** What a connection will show when it enters, as if it had been lost here. */
  seed(connection: WsConnection, states: ReadonlyMap<string, unknown>): void {
    this.#lost.set(connection, new Map(states))
  }

  /** Everybody in a room; nobody where there is no presence. */
  members(room: string): WsMember[] {
    return this.#rosters.get(room)?.members() ?? this.#link?.members(room) ?? []
  }

  /** What other processes have of a member is another now. */
  heard(room: string, id: string): void {
    this.#rosters.get(room)?.heard(id)
  }

  /** @returns whether the connection is in a room with presence */
  show(connection: WsConnection, room: string, state: unknown): boolean {
    return this.#rosters.get(room)?.show(connection.id, state) ?? false
  }

  /**
   * Takes what a client shows.
   *
   * @throws WsError 400, 403 or 413
   */
  take(connection: WsConnection, { path, data }: WsMessage): MaybePromise<null> {
    if (!connection.rooms.has(path)) throw new WsError(403, 'Not a member of this room')
    const rule = this.#ruled.get(path)
    if (!rule) throw new WsError(400, 'This room has no presence')
    if (data !== undefined && !isFlatWithin(data, MAX_STATE_BYTES) && isTooLarge(data)) {
      throw new WsError(413, `What a member shows has ${MAX_STATE_BYTES} bytes at most`)
    }
    return andThen(rule.read(data), (state) => {
      this.show(connection, path, state)
      return null
    })
  }

  /** Forgets everybody. */
  close(): void {
    for (const roster of this.#rosters.values()) roster.close()
    this.#rosters.clear()
    this.#ruled.clear()
  }

  /** @returns `undefined` when the room has no presence */
  #open(room: string): RoomPresence | undefined {
    const rule = this.#rules.find(({ match }) => match(room))
    if (!rule) return undefined
    const roster: RoomPresence = new RoomPresence({
      ...{ room, clock: this.#clock, link: this.#link },
      publish: (change) => this.#publish(room, change),
      forget: () => {
        if (this.#rosters.get(room) !== roster) return
        this.#rosters.delete(room)
        this.#ruled.delete(room)
      },
    })
    this.#rosters.set(room, roster)
    this.#ruled.set(room, rule)
    return roster
  }

  #publish(room: string, data: WsPresence, exclude?: WsConnection): void {
    this.#rooms.announce({ event: RESERVED_PUSH.PRESENCE, path: room, data }, exclude)
  }
}

/**
 * Everybody sees it, whatever they read.
 *
 * @throws WsError 400 for what JSON does not carry
 */
function isTooLarge(state: unknown): boolean {
  let text: string
  try {
    text = JSON.stringify(state)
  } catch {
    throw new WsError(400, 'What a member shows is data that JSON can carry')
  }
  // A code unit is three bytes at most: only long texts have to be counted.
  return text.length * 3 > MAX_STATE_BYTES && byteLength(text) > MAX_STATE_BYTES
}
