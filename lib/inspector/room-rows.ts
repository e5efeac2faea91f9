import type { WsRoomManager } from '../rooms/ws-room-manager.js'
import type { WsConnection } from '../runtime/ws-connection.js'
import type { Page, PageQuery } from './page-query.js'

/** A room, as the list has it. */
export interface RoomRow {
  readonly name: string
  /** In this process. */
  readonly members: number
}

/** The largest rooms whose name has a text in it. */
export function findRooms(
  rooms: WsRoomManager<WsConnection>,
  { text, offset, limit }: PageQuery,
): Page<RoomRow> {
  const wanted = text.toLowerCase()
  const found: RoomRow[] = []
  for (const name of rooms.rooms()) {
    if (!name.toLowerCase().includes(wanted)) continue
    found.push({ name, members: rooms.connections(name).size })
  }
  found.sort((a, b) => b.members - a.members)
  return { total: found.length, rows: found.slice(offset, offset + limit) }
}
