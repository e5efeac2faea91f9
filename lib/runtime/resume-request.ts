import { WsError } from '../errors/ws-error.js'
import type { WsMessage, WsMessageId } from '../protocol/records.js'
import type { RoomPosition } from '../protocol/v1.js'

/** A `$resume`, read. */
export interface ResumeRequest {
  readonly id: WsMessageId
  readonly session: string
  /** Where the client says to be in each room. */
  readonly rooms: ReadonlyMap<string, RoomPosition>
}

/**
 * Reads a `$resume`.
 *
 * @throws WsError 400
 */
export function readResume({ id, data }: WsMessage): ResumeRequest {
  if (id === undefined) throw new WsError(400, '$resume needs an id')
  const { session, rooms } = (data ?? {}) as Record<string, unknown>
  if (typeof session !== 'string') throw new WsError(400, '$resume needs { session }, a text')
  const isList = rooms === undefined || (typeof rooms === 'object' && rooms !== null)
  if (!isList) throw new WsError(400, '$resume: rooms is an object')
  return { id, session, rooms: new Map(Object.entries(rooms ?? {}).map(readPosition)) }
}

/** What is no position is one that cannot be. */
function readPosition([room, given]: [string, unknown]): [string, RoomPosition] {
  const { epoch, seq } = (given ?? {}) as Partial<RoomPosition>
  return [room, { epoch: typeof epoch === 'string' ? epoch : '', seq: Number(seq) }]
}
