import type { RoomMember } from './room-member.js'

/** One room: as long as it has a member. */
export class Room<M extends RoomMember> {
  readonly name: string
  readonly members = new Set<M>()
  /** Bytes published since the fan-out last looked for slow members. */
  unchecked = 0

  constructor(name: string) {
    this.name = copyOf(name)
  }
}

/** A part of a message keeps the whole message in memory; a copy does not. */
function copyOf(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string
}
