import { LiveConnection } from '../runtime/live-connection.js'
import type { WsConnection } from '../runtime/ws-connection.js'

/** A connection, as the list has it. */
export interface ConnectionRow {
  readonly id: string
  readonly user: string | undefined
  readonly address: string
  readonly subprotocol: string
  /** Milliseconds since the epoch. */
  readonly since: number
  readonly rooms: number
  /** Bytes that wait for it. */
  readonly queued: number
  readonly dropped: number
}

/** What is asked for. */
export interface ConnectionQuery {
  /** Of the id, the user, the address or a room. */
  readonly text: string
  readonly sort: 'since' | 'queued' | 'dropped' | 'rooms'
  readonly limit: number
}

/** Those that match, the first of them, and how many there are. */
export interface ConnectionPage {
  readonly total: number
  readonly rows: readonly ConnectionRow[]
}

/** The connections that a query means, those with most of it first. */
export function findConnections(
  connections: readonly WsConnection[],
  { text, sort, limit }: ConnectionQuery,
): ConnectionPage {
  const wanted = text.toLowerCase()
  const found = wanted === '' ? connections : connections.filter((one) => matches(one, wanted))
  // Newest first costs nothing: they are in the order in which they came.
  if (sort === 'since') {
    return { total: found.length, rows: found.slice(-limit).reverse().map(toRow) }
  }
  const rows = found.map(toRow).sort((a, b) => b[sort] - a[sort])
  return { total: found.length, rows: rows.slice(0, limit) }
}

function matches({ id, userId, remoteAddress, rooms }: WsConnection, wanted: string): boolean {
  if (id.startsWith(wanted) || remoteAddress.startsWith(wanted)) return true
  if (userId?.toLowerCase().includes(wanted)) return true
  for (const room of rooms) if (room.toLowerCase().includes(wanted)) return true
  return false
}

/** A connection as a row of the list. */
export function toRow(connection: WsConnection): ConnectionRow {
  const { id, userId, remoteAddress, subprotocol, rooms, bufferedAmount, dropped } = connection
  return {
    ...{ id, user: userId, address: remoteAddress, subprotocol },
    since: connection instanceof LiveConnection ? connection.openedAt : 0,
    rooms: rooms.size,
    queued: bufferedAmount,
    dropped,
  }
}
