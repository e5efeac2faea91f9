import { applyField, applyOp, applyPatch } from './apply-ops.js'
import {
  idOf,
  type FieldOp,
  type JsonValue,
  type RecordOp,
  type RecordPatch,
} from './document-record.js'

/**
 * One list of operations that does what two do one after the other, with at most one operation a
 * record.
 */
export function composeOps(first: readonly RecordOp[], second: readonly RecordOp[]): RecordOp[] {
  const byId = new Map<string, RecordOp>()
  for (const op of [...first, ...second]) {
    const earlier = byId.get(idOf(op))
    byId.set(idOf(op), earlier ? compose(earlier, op) : op)
  }
  return [...byId.values()]
}

function compose(first: RecordOp, second: RecordOp): RecordOp {
  if (second[0] !== 'patch') return second
  if (first[0] === 'remove') return first
  if (first[0] === 'put') return ['put', applyOp(first[1], second) ?? first[1]]
  return ['patch', second[1], composePatches(first[2], second[2])]
}

function composePatches(first: RecordPatch, second: RecordPatch): RecordPatch {
  const result: Record<string, FieldOp> = { ...first }
  for (const [field, op] of Object.entries(second)) {
    const earlier = Object.hasOwn(first, field) ? first[field] : undefined
    result[field] = earlier ? composeField(earlier, op) : op
  }
  return result
}

function composeField(first: FieldOp, second: FieldOp): FieldOp {
  if (second[0] === 'put' || second[0] === 'remove') return second
  if (first[0] === 'put' || first[0] === 'remove') {
    return ['put', applyField(first[0] === 'put' ? first[1] : undefined, second) as JsonValue]
  }
  if (first[0] === 'patch') {
    // After a patch there is an object, which an append replaces.
    return second[0] === 'patch'
      ? ['patch', composePatches(first[1], second[1])]
      : ['put', second[1]]
  }
  if (second[0] === 'patch') return ['put', applyPatch({}, second[1])]
  return appendBoth(first[1], second[1])
}

function appendBoth(
  first: string | readonly JsonValue[],
  second: string | readonly JsonValue[],
): FieldOp {
  if (typeof first === 'string' && typeof second === 'string') return ['append', first + second]
  if (typeof first === 'string' || typeof second === 'string') return ['put', second]
  return ['append', [...first, ...second]]
}

/** Whether a value can have something appended to it: a list or a text. */
export function isAppendable(value: unknown): value is string | readonly JsonValue[] {
  return typeof value === 'string' || Array.isArray(value)
}
