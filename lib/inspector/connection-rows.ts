import { LiveConnection } from '../runtime/live-connection.js'
import type { WsConnection } from '../runtime/ws-connection.js'
import type { Page, PageQuery } from './page-query.js'

/** A connection, as the list has it. */
export interface ConnectionRow {
  readonly id: string
  /** Cut where it is long. */
  readonly user?: string | undefined
  readonly address: string
  readonly subprotocol: string
  /** Milliseconds since the epoch. */
  readonly since: number
  readonly rooms: number
  /** Bytes that wait for it. */
  readonly queued: number
  readonly dropped: number
}

/** A connection that is looked at. */
export interface ConnectionDetails extends ConnectionRow {
  /** The first of them, if there are many. */
  readonly roomNames: readonly string[]
}

/** What is asked for: `text` is of the id, the user, the address or a room. */
export interface ConnectionQuery extends PageQuery {
  readonly sort: 'since' | 'queued' | 'dropped' | 'rooms'
}

const MOST_ROOMS = 100
const MAX_USER = 200

/** The connections that a query means, those with most of it first. */
export function findConnections(
  connections: readonly WsConnection[],
  { text, sort, offset, limit }: ConnectionQuery,
): Page<ConnectionRow> {
  const wanted = text.toLowerCase()
  const found = wanted === '' ? connections : connections.filter((one) => matches(one, wanted))
  const total = found.length
  // Newest first costs nothing: they are in the order in which they came.
  if (sort === 'since') {
    const end = Math.max(0, total - offset)
    const rows = found.slice(Math.max(0, end - limit), end).reverse()
    return { total, rows: rows.map(toRow) }
  }
  const read = AMOUNTS[sort]
  const amounts = found.map((one) => ({ one, amount: read(one) }))
  amounts.sort((a, b) => b.amount - a.amount)
  return { total, rows: amounts.slice(offset, offset + limit).map(({ one }) => toRow(one)) }
}

const AMOUNTS = {
  queued: ({ bufferedAmount }: WsConnection) => bufferedAmount,
  dropped: ({ dropped }: WsConnection) => dropped,
  rooms: roomsOf,
} as const

/** Whoever asks a connection without rooms for them has it make an empty set. */
function roomsOf(connection: WsConnection): number {
  return connection instanceof LiveConnection && !connection.hasRooms ? 0 : connection.rooms.size
}

function matches(connection: WsConnection, wanted: string): boolean {
  const { id, userId, remoteAddress } = connection
  if (id.startsWith(wanted) || remoteAddress.startsWith(wanted)) return true
  if (userId?.toLowerCase().includes(wanted)) return true
  if (roomsOf(connection) === 0) return false
  for (const room of connection.rooms) if (room.toLowerCase().includes(wanted)) return true
  return false
}

/** A connection as a row of the list. */
function toRow(connection: WsConnection): ConnectionRow {
  const { id, userId, remoteAddress, subprotocol, bufferedAmount, dropped } = connection
  return {
    ...{ id, user: userId?.slice(0, MAX_USER), address: remoteAddress, subprotocol },
    since: connection instanceof LiveConnection ? connection.openedAt : 0,
    rooms: roomsOf(connection),
    queued: bufferedAmount,
    dropped,
  }
}

/** A connection, and where it is. */
export function toDetails(connection: WsConnection): ConnectionDetails {
  const roomNames: string[] = []
  for (const room of roomsOf(connection) > 0 ? connection.rooms : []) {
    if (roomNames.push(room) === MOST_ROOMS) break
  }
  return { ...toRow(connection), roomNames }
}
