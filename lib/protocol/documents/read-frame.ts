import { WsError } from '../../errors/ws-error.js'
import type { ClientFrame, ServerFrame } from './document-frames.js'
import { isJsonObject, type JsonObject, type RecordSchema } from './document-record.js'
import { checkJson, readOps } from './read-ops.js'

const MAX_CLIENT_LENGTH = 64

/** How deep frames may be nested, themselves included. */
const MAX_DEPTH = 40

/** An object with a type, of which nothing else is known. */
export type AnyFrame = JsonObject & { readonly type: string }

/**
 * Parses the text of a frame, and checks it.
 *
 * @throws WsError 400
 */
export function parseFrame(text: string): AnyFrame {
  return checkFrame(parseJson(text))
}

/** @throws WsError 400 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new WsError(400, 'A frame is JSON')
  }
}

/**
 * Checks what has been parsed: an object with a type, not too deep, without keys that could become a
 * prototype.
 *
 * @throws WsError 400
 */
export function checkFrame(frame: unknown): AnyFrame {
  if (!isJsonObject(frame) || typeof frame.type !== 'string') {
    throw new WsError(400, 'A frame is an object with a type')
  }
  checkJson(frame, MAX_DEPTH)
  return frame as AnyFrame
}

/** The number of a push, when it is one, whatever else is wrong with it. */
export function pushNumber(frame: unknown): number | undefined {
  const { type, n } = (frame ?? {}) as { type?: unknown; n?: unknown }
  return type === 'push' && isCount(n) && n > 0 ? n : undefined
}

/**
 * Checks the shape of what a client sent.
 *
 * @throws WsError 400
 */
export function readClientFrame(frame: JsonObject): ClientFrame {
  const check = typeof frame.type === 'string' ? CHECKS.get(frame.type) : undefined
  if (!check) throw new WsError(400, 'A client sends connect, push, presence, ping or chunk')
  check(frame)
  return frame as unknown as ClientFrame
}

const CHECKS: ReadonlyMap<string, (frame: JsonObject) => void> = new Map([
  ['connect', checkConnect],
  ['push', checkPush],
  ['presence', checkPresence],
  ['ping', () => undefined],
])

function checkConnect({ wire, client, schema, cursor }: JsonObject): void {
  expect(isCount(wire), 'wire must be a whole number')
  const isName = typeof client === 'string' && client !== '' && client.length <= MAX_CLIENT_LENGTH
  expect(isName, `client must be a text of 1 to ${MAX_CLIENT_LENGTH} characters`)
  expect(isSchema(schema), 'schema must have a version for each type')
  if (cursor === undefined) return
  const isCursor = isJsonObject(cursor) && typeof cursor.epoch === 'string' && isCount(cursor.clock)
  expect(isCursor, 'cursor must have an epoch and a clock')
}

function checkPush({ n, ops, schema }: JsonObject): void {
  expect(isCount(n) && n > 0, 'n must be a whole number from 1')
  expect(schema === undefined || isSchema(schema), 'schema must have a version for each type')
  readOps(ops)
}

function checkPresence({ state }: JsonObject): void {
  expect(state === null || isJsonObject(state), 'state must be an object or null')
}

function expect(holds: boolean, fault: string): void {
  if (!holds) throw new WsError(400, fault)
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isSchema(value: unknown): value is RecordSchema {
  return isJsonObject(value) && Object.values(value).every((version) => isCount(version))
}

const SERVER_TYPES: ReadonlySet<string> = new Set<ServerFrame['type']>([
  'hello',
  'records',
  'synced',
  'patch',
  'verdict',
  'durable',
  'presence',
  'access',
  'custom',
  'error',
  'pong',
])

/** What a server sent; `undefined` for a type that this version does not know. */
export function readServerFrame(frame: JsonObject): ServerFrame | undefined {
  if (!SERVER_TYPES.has(frame.type as string)) return undefined
  return frame as unknown as ServerFrame
}
