import { RESERVED_PUSH } from '../protocol/reserved-events.js'
import type { RoomPosition, WsGap, WsJoined, WsLeft, WsPresence } from '../protocol/v1.js'
import type { LeaveReason } from '../rooms/leave-reason.js'
import type { Room } from '../rooms/room.js'
import type { RoomWatcher } from '../rooms/room-watcher.js'
import type { HistoryOptions, RoomHistory, RoomLog } from '../rooms/history/room-history.js'
import type { Failures } from './failures.js'
import { LiveConnection } from './live-connection.js'
import type { RoomRosters } from './room-rosters.js'
import type { CompiledApp } from './route.js'
import type { SharedSessions } from './shared-sessions.js'
import type { WsConnection } from './ws-connection.js'

/** Where a room is whose pushes are not kept. */
const NO_HISTORY = { epoch: '', seq: 0 }

/** What is kept of rooms beside their members. */
export interface RoomRecords {
  readonly rosters: RoomRosters
  readonly history: RoomHistory
  /** Where other processes find who is where; absent when they do not. */
  readonly sessions?: SharedSessions | undefined
}

/** Where a room is now. */
export interface RoomMove {
  readonly room: string
  readonly position: RoomPosition
  /** Whether pushes may have been missed on the way. */
  readonly isGap: boolean
}

/** Tells clients that speak `enfilade.v1` where they are members, and where they are no more. */
export class Memberships implements RoomWatcher<WsConnection> {
  readonly #app: CompiledApp
  readonly #failures: Failures
  readonly #history: RoomHistory
  readonly #rosters: RoomRosters
  readonly #sessions: SharedSessions | undefined

  constructor(app: CompiledApp, failures: Failures, { rosters, history, sessions }: RoomRecords) {
    this.#history = history
    this.#sessions = sessions
    this.#rosters = rosters
    this.#app = app
    this.#failures = failures
  }

  /** The log of a room that is about to be; `undefined` when nothing of it is kept. */
  logOf(room: string): RoomLog | undefined {
    const bounds = this.ruleOf(room)
    return bounds && this.#history.open(room, bounds)
  }

  /** How much is kept of a room; `undefined` for nothing. */
  ruleOf(room: string): Required<HistoryOptions> | undefined {
    for (const { match, boundsOf } of this.#app.history) {
      const params = match(room)
      if (params) return boundsOf(params, room)
    }
    return undefined
  }

  /** Forgets what outlives members. */
  close(): void {
    this.#history.close()
    this.#rosters.close()
  }

  entered(member: WsConnection, room: Room<WsConnection>): void {
    const view = this.#rosters.enter(member, room.name)
    this.changed(member)
    if (!(member instanceof LiveConnection)) return
    if (!member.speaksV1) {
      if (!view) return
      const everybody: WsPresence = { join: view.members }
      this.#failures.push(member, RESERVED_PUSH.PRESENCE, room.name, everybody)
      return
    }
    const { epoch, seq } = room.view ?? NO_HISTORY
    const joined: WsJoined = { epoch, seq, ...view }
    this.#failures.push(member, RESERVED_PUSH.JOINED, room.name, joined)
  }

  /** A room is elsewhere in its history: its members are told. */
  moved(members: Iterable<WsConnection>, { room, position, isGap }: RoomMove): void {
    const { epoch, seq } = position
    const told: WsGap = { epoch, seq }
    const event = isGap ? RESERVED_PUSH.GAP : RESERVED_PUSH.JOINED
    for (const member of members) {
      if (!(member instanceof LiveConnection) || !member.speaksV1) continue
      this.#failures.push(member, event, room, told)
    }
  }

  /** What is known of it elsewhere is something else now. */
  changed(member: WsConnection): void {
    if (this.#sessions && member instanceof LiveConnection) this.#sessions.changed(member)
  }

  /** A connection was lost, and is kept. */
  lost(connection: LiveConnection): void {
    this.#rosters.lost(connection)
  }

  /** A lost connection is back in a room. */
  returned(connection: LiveConnection, room: Room<WsConnection>): void {
    this.entered(connection, room)
  }

  left(member: WsConnection, room: Room<WsConnection>, reason: LeaveReason): void {
    this.#rosters.exit(member, room.name, reason === 'closed')
    this.changed(member)
    if (reason === 'closed' || !(member instanceof LiveConnection) || !member.speaksV1) return
    const left: WsLeft = { reason }
    this.#failures.push(member, RESERVED_PUSH.LEFT, room.name, left)
  }
}
