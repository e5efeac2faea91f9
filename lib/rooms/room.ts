import type { RoomMember } from './room-member.js'

/** One room: as long as it has a member. */
export class Room<M extends RoomMember> {
  readonly members = new Set<M>()
  /** Bytes published since the fan-out last looked for slow members. */
  unchecked = 0

  constructor(readonly name: string) {}
}
