import { byteLength } from '../protocol/byte-length.js'
import { RESERVED_PREFIX } from '../protocol/reserved-events.js'
import { WsError } from '../errors/ws-error.js'

const MAX_ROOM_BYTES = 255

/**
 * Checks the name of a room: 1 to 255 bytes that do not start with `$`.
 *
 * @throws WsError 400
 */
export function checkRoomName(room: unknown): asserts room is string {
  if (typeof room !== 'string' || room === '') throw new WsError(400, 'A room needs a name')
  if (room.startsWith(RESERVED_PREFIX)) {
    throw new WsError(400, 'A room name does not start with "$"')
  }
  // One UTF-16 unit is at most three bytes: only long names need to be counted.
  if (room.length * 3 > MAX_ROOM_BYTES && byteLength(room) > MAX_ROOM_BYTES) {
    throw new WsError(400, `A room name has at most ${MAX_ROOM_BYTES} bytes`)
  }
}
