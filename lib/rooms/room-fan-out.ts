import type { BroadcastWindow } from './broadcast-window.js'
import type { PushFrame } from './encodings/push-frame.js'
import type { Room } from './room.js'
import type { RoomMember } from './room-member.js'
import type { SlowRule } from './slow-rule.js'

/** Delivers one encoded push to many members: the socket server's native topics, in an app. */
export interface RoomFanOut<M extends RoomMember> {
  enter(member: M, room: Room<M>): void
  exit(member: M, room: Room<M>): void
  /** All that was published to a room and waits for others goes out now. */
  settle?(room: Room<M>): void
  /** A member has another socket: from now on it gets what is pushed, and nothing of before. */
  renew?(member: M, room: Room<M>): void
  /**
   * @param exclude who is left out, whether a member or not
   * @param window how long it may wait for others, in milliseconds or `'auto'`; the app's default
   * when absent
   * @param slow what becomes of it where a member reads too slowly; the app's default when absent
   */
  publish(
    room: Room<M>,
    frame: PushFrame,
    exclude?: M,
    window?: BroadcastWindow,
    slow?: SlowRule,
  ): void
}
