import { WsError } from '../errors/ws-error.js'
import { byteLength } from '../protocol/byte-length.js'
import { exceedsDepth } from '../protocol/depth.js'
import type { WsParams } from '../protocol/records.js'
import { RESERVED_PREFIX } from '../protocol/reserved-events.js'
import { checkRoomName } from '../rooms/room-name.js'

/** What is to be pushed, and to whom. */
export interface PublishRequest {
  /** Absent for everyone. */
  readonly room: string | undefined
  readonly event: string
  readonly path: string
  readonly data: unknown
  readonly params: WsParams | undefined
  readonly idempotencyKey: string | undefined
}

const FIELDS = ['room', 'everyone', 'event', 'path', 'data', 'params', 'idempotencyKey']
const MAX_DEPTH = 64
const MAX_NAME_BYTES = 255

/**
 * Reads the body of a request.
 *
 * @param header what the header `Idempotency-Key` says, which the body may say, too
 * @throws WsError 400 that says what is wrong
 */
export function readPublishRequest(text: string, header: string): PublishRequest {
  const body = parse(text)
  const unknown = Object.keys(body).find((name) => !FIELDS.includes(name))
  if (unknown !== undefined) {
    throw bad(`"${unknown}" is no field; there are ${FIELDS.join(', ')}`)
  }
  const { room, everyone, event, path, data, params, idempotencyKey = header } = body
  if ((room === undefined) !== (everyone === true))
    throw bad('say either "room" or "everyone": true')
  if (everyone === undefined) checkRoomName(room)
  const name = readName('event', event)
  if (name.startsWith(RESERVED_PREFIX)) {
    throw bad(`events that start with "${RESERVED_PREFIX}" are reserved`)
  }
  const key = idempotencyKey === '' ? undefined : readName('idempotencyKey', idempotencyKey)
  return {
    room: room as string | undefined,
    event: name,
    path: path === undefined && typeof room === 'string' ? room : readName('path', path),
    data,
    params: params === undefined ? undefined : readParams(params),
    idempotencyKey: key,
  }
}

function parse(text: string): Record<string, unknown> {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw bad('the body is no JSON')
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw bad('the body is no object')
  }
  if (exceedsDepth(body, MAX_DEPTH)) throw bad(`the body is nested deeper than ${MAX_DEPTH}`)
  return body as Record<string, unknown>
}

function readName(field: string, value: unknown): string {
  if (typeof value === 'string' && value !== '' && byteLength(value) <= MAX_NAME_BYTES) return value
  throw bad(`"${field}" must be a text of 1 to ${MAX_NAME_BYTES} bytes`)
}

function readParams(value: unknown): WsParams {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (isRecord && Object.values(value).every((param) => typeof param === 'string')) {
    return value as WsParams
  }
  throw bad('"params" must be an object of texts')
}

function bad(message: string): WsError {
  return new WsError(400, message)
}
