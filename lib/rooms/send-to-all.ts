import type { WsPush } from '../protocol/records.js'
import type { RoomMember } from './room-member.js'
import type { Room } from './room.js'

/** Delivers a push to each member by its own `send`. */
export function sendToAll<M extends RoomMember>(
  { members }: Room<M>,
  { event, path, data, params }: WsPush,
  exclude?: M,
): void {
  for (const member of members) {
    if (member !== exclude) member.send(event, path, data, params)
  }
}
