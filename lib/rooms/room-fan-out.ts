import type { WsFrame } from '../protocol/codec.js'
import type { Room } from './room.js'
import type { RoomMember } from './room-member.js'

/** Delivers one encoded push to many members: the socket server's native topics, in an app. */
export interface RoomFanOut<M extends RoomMember> {
  enter(member: M, room: Room<M>): void
  exit(member: M, room: Room<M>): void
  /** @param exclude who is left out, whether a member or not */
  publish(room: Room<M>, frame: WsFrame, exclude?: M): void
}
