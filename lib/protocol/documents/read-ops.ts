import { WsError } from '../../errors/ws-error.js'
import { exceedsBytes } from '../byte-length.js'
import { isJson } from '../is-json.js'
import { isAppendable } from './compose-ops.js'
import {
  isJsonObject,
  type DocumentRecord,
  type FieldOp,
  type RecordOp,
  type RecordPatch,
} from './document-record.js'

/** The longest id of a record and name of a type, in bytes. */
const MAX_NAME_BYTES = 255

/**
 * Refuses what JSON cannot hold, which frames of other encodings can: a transaction would be one thing
 * here, and another in the storage. And keys that could change a prototype: where they come from they
 * are data; an assignment later on would make more of them.
 *
 * @param levels how deep the value may be nested, at most
 * @throws WsError 400
 */
export function checkJson(value: unknown, levels = Infinity): void {
  if (typeof value === 'string' || value === null || typeof value === 'boolean') return
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new WsError(400, 'A frame is JSON')
  } else if (typeof value === 'object') {
    // Looked at first: what is too deep is not walked through.
    if (levels === 0) throw new WsError(400, 'Nested too deeply')
    if (Array.isArray(value)) for (const item of value) checkJson(item, levels - 1)
    else checkObject(value as Record<string, unknown>, levels)
  } else throw new WsError(400, 'A frame is JSON')
}

function checkObject(object: Record<string, unknown>, levels: number): void {
  // Bytes, dates and maps are nothing that JSON knows.
  const prototype: unknown = Object.getPrototypeOf(object)
  if (prototype !== Object.prototype && prototype !== null && !isJson(object)) {
    throw new WsError(400, 'A frame is JSON')
  }
  for (const key in object) {
    if (isForbidden(key)) throw new WsError(400, `A key may not be "${key}"`)
    checkJson(object[key], levels - 1)
  }
}

/** Keys that could become a prototype, or pass for a class, somewhere down the line. */
function isForbidden(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype'
}

/**
 * Checks that a parsed value is a list of operations.
 *
 * @throws WsError 400 that says what is wrong
 */
export function readOps(value: unknown): readonly RecordOp[] {
  if (!Array.isArray(value)) throw new WsError(400, 'ops must be a list')
  for (const op of value) checkOp(op)
  return value as readonly RecordOp[]
}

function checkOp(op: unknown): void {
  if (!Array.isArray(op)) throw new WsError(400, 'An operation is a list')
  const { 0: kind, 1: target, 2: patch } = op as readonly unknown[]
  if (kind === 'put' && op.length === 2) checkRecord(target)
  else if (kind === 'remove' && op.length === 2) checkName('id', target)
  else if (kind === 'patch' && op.length === 3) {
    checkName('id', target)
    checkPatch(patch)
    if (Object.hasOwn(patch, 'id')) throw new WsError(400, 'id of a record cannot change')
    if (Object.hasOwn(patch, 'type')) throw new WsError(400, 'type of a record cannot change')
  } else throw new WsError(400, 'An operation is a put, a patch or a remove')
}

/**
 * Checks that a value is a record: an object with an id and a type.
 *
 * @throws WsError 400
 */
export function checkRecord(value: unknown): asserts value is DocumentRecord {
  if (!isJsonObject(value)) throw new WsError(400, 'A record is an object')
  checkName('id', value.id)
  checkName('type', value.type)
}

function checkName(what: string, value: unknown): void {
  const isName = typeof value === 'string' && value !== '' && !exceedsBytes(value, MAX_NAME_BYTES)
  if (!isName) throw new WsError(400, `${what} must be a text of 1 to ${MAX_NAME_BYTES} bytes`)
}

function checkPatch(value: unknown): asserts value is RecordPatch {
  if (!isJsonObject(value)) throw new WsError(400, 'A patch is an object of operations by field')
  for (const field in value) checkField(value[field])
}

function checkField(op: unknown): asserts op is FieldOp {
  if (!Array.isArray(op)) throw new WsError(400, 'The operation of a field is a list')
  const { 0: kind, 1: value } = op as readonly unknown[]
  if (kind === 'remove' && op.length === 1) return
  if (op.length === 2) {
    if (kind === 'put') return
    if (kind === 'patch') {
      checkPatch(value)
      return
    }
    if (kind === 'append' && isAppendable(value)) return
  }
  throw new WsError(400, 'A field is changed by put, remove, patch or append')
}
