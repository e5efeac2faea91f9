import type { Stamp } from './stamp.js'

/** What one node knows of a member from its own connections. */
export interface PresencePart {
  /** In the room, at that node; 0 while the last one is lost and may come back. */
  readonly connections: number
  readonly state: unknown
  readonly stamp: Stamp
}

/** A part as it travels; the id alone says that it is gone. */
type PartRow = readonly [id: string, part?: PresencePart]

/** The rows of a room. */
export type RoomRows = readonly [room: string, rows: readonly PartRow[]]

/** Characters of JSON of one part: far more than clients may show. */
const MAX_ROW = 65_536

/**
 * Writes a part as JSON.
 *
 * @throws TypeError for a state that is no JSON, or one that is too large
 */
export function writeRow(id: string, part: PresencePart | undefined): string {
  if (!part) return JSON.stringify([id])
  const { connections, state, stamp } = part
  const row = JSON.stringify([id, connections, state, stamp.count, stamp.author])
  if (row.length <= MAX_ROW) return row
  throw new TypeError(`what a member shows has ${MAX_ROW} characters at most between processes`)
}

/**
 * Reads the rows of rooms.
 *
 * @throws Error when the text holds none
 */
export function readRooms(text: string): RoomRows[] {
  return listIn(JSON.parse(text)).map((item) => {
    const [room, rows] = listIn(item)
    if (typeof room !== 'string') throw noRows()
    return [room, listIn(rows).map(readRow)]
  })
}

function readRow(value: unknown): PartRow {
  const row = listIn(value)
  const [id, connections, state, count, author] = row
  if (typeof id !== 'string') throw noRows()
  if (row.length === 1) return [id]
  if (!isCount(connections) || !isCount(count) || typeof author !== 'string') throw noRows()
  return [id, { connections, state, stamp: { count, author } }]
}

function listIn(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw noRows()
}

/** Far from where counting on would not be exact any more. */
const MAX_COUNT = 2 ** 48

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) < MAX_COUNT
}

function noRows(): TypeError {
  return new TypeError('the payload holds no rows of presence')
}
