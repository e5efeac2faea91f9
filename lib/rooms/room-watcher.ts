import type { LeaveReason } from './leave-reason.js'
import type { Room } from './room.js'
import type { RoomMember } from './room-member.js'

/** Hears of every membership, at the moment at which it begins or ends. */
export interface RoomWatcher<M extends RoomMember> {
  entered(member: M, room: Room<M>): void
  left(member: M, room: Room<M>, reason: LeaveReason): void
  /** What it may do somewhere is something else now. */
  changed?(member: M): void
}
