import { WsError } from '../../errors/ws-error.js'
import { byteLength } from '../byte-length.js'
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

/** Keys that could become a prototype, or pass for a class, somewhere down the line. */
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Refuses keys that could change a prototype, at any depth. What is checked comes out of
 * `JSON.parse`, where such a key is data; an assignment later on would make more of it.
 *
 * @throws WsError 400
 */
export function refuseForbiddenKeys(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const item of value) refuseForbiddenKeys(item)
    return
  }
  for (const key of Object.keys(value)) {
    if (FORBIDDEN.has(key)) throw new WsError(400, `A key may not be "${key}"`)
    refuseForbiddenKeys((value as Record<string, unknown>)[key])
  }
}

/**
 * Checks that a parsed value is a list of operations.
 *
 * @throws WsError 400 that says what is wrong
 */
export function readOps(value: unknown): readonly RecordOp[] {
  if (!Array.isArray(value)) throw new WsError(400, 'ops must be a list')
  value.forEach(checkOp)
  return value as readonly RecordOp[]
}

function checkOp(op: unknown): void {
  if (!Array.isArray(op)) throw new WsError(400, 'An operation is a list')
  const [kind, target, patch] = op as readonly unknown[]
  if (kind === 'put' && op.length === 2) checkRecord(target)
  else if (kind === 'remove' && op.length === 2) checkName('id', target)
  else if (kind === 'patch' && op.length === 3) {
    checkName('id', target)
    checkPatch(patch)
    for (const field of ['id', 'type']) {
      if (Object.hasOwn(patch, field)) {
        throw new WsError(400, `${field} of a record cannot change`)
      }
    }
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
  const isName =
    typeof value === 'string' &&
    value !== '' &&
    value.length <= MAX_NAME_BYTES &&
    byteLength(value) <= MAX_NAME_BYTES
  if (!isName) throw new WsError(400, `${what} must be a text of 1 to ${MAX_NAME_BYTES} bytes`)
}

function checkPatch(value: unknown): asserts value is RecordPatch {
  if (!isJsonObject(value)) throw new WsError(400, 'A patch is an object of operations by field')
  for (const op of Object.values(value)) checkField(op)
}

function checkField(op: unknown): asserts op is FieldOp {
  if (!Array.isArray(op)) throw new WsError(400, 'The operation of a field is a list')
  const [kind, value] = op as readonly unknown[]
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
