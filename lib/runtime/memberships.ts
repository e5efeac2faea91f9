import { RESERVED_PUSH } from '../protocol/reserved-events.js'
import type { WsJoined, WsLeft } from '../protocol/v1.js'
import type { LeaveReason } from '../rooms/leave-reason.js'
import type { Room } from '../rooms/room.js'
import type { RoomWatcher } from '../rooms/room-watcher.js'
import type { Failures } from './failures.js'
import { LiveConnection } from './live-connection.js'
import type { WsConnection } from './ws-connection.js'

/** Tells clients that speak `enfilade.v1` where they are members, and where they are no more. */
export class Memberships implements RoomWatcher<WsConnection> {
  readonly #failures: Failures

  constructor(failures: Failures) {
    this.#failures = failures
  }

  entered(member: WsConnection, room: Room<WsConnection>): void {
    if (!(member instanceof LiveConnection) || !member.speaksV1) return
    const joined: WsJoined = { epoch: '', seq: 0 }
    this.#failures.push(member, RESERVED_PUSH.JOINED, room.name, joined)
  }

  left(member: WsConnection, room: Room<WsConnection>, reason: LeaveReason): void {
    if (reason === 'closed' || !(member instanceof LiveConnection) || !member.speaksV1) return
    const left: WsLeft = { reason }
    this.#failures.push(member, RESERVED_PUSH.LEFT, room.name, left)
  }
}
