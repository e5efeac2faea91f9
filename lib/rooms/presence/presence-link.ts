import type { WsMember } from '../../protocol/v1.js'

/** What of a member there is in other processes. */
export interface Elsewhere {
  /** Of the member, in the room, in all other processes; 0 when all are lost and may come back. */
  readonly connections: number
  /** The latest it showed, wherever that was. */
  readonly state: unknown
}

/** The rosters of the other processes, and where they hear of those here. */
export interface PresenceLink {
  /** How many connections a member has here: 0 when all are lost, `undefined` when it is gone. */
  setConnections(room: string, id: string, connections: number | undefined): void
  /** A member that is here shows something. */
  show(room: string, id: string, state: unknown): void
  /** `undefined` when there is nothing of the member elsewhere. */
  elsewhere(room: string, id: string): Elsewhere | undefined
  /** The ids of all members of a room that other processes have. */
  idsElsewhere(room: string): Iterable<string>
  /** Everybody in a room, in any process. */
  members(room: string): WsMember[]
}
