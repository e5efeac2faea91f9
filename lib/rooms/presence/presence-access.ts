import type { WsMember } from '../../protocol/v1.js'

/** What a room manager asks of the rosters of its rooms. */
export interface PresenceAccess<M> {
  members(room: string): WsMember[]
  show(member: M, room: string, state: unknown): boolean
}
