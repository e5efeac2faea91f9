import {
  isJsonObject,
  type DocumentRecord,
  type FieldOp,
  type JsonObject,
  type JsonValue,
  type RecordOp,
  type RecordPatch,
} from './document-record.js'
import { equalJson } from './equal-json.js'

/**
 * The operation that turns one state of a record into another; `undefined` for none. What was added
 * at the end of a list or a text becomes an append.
 */
export function diffRecord(
  before: DocumentRecord | undefined,
  after: DocumentRecord | undefined,
): RecordOp | undefined {
  if (before === after) return undefined
  if (!after) return before && ['remove', before.id]
  if (before?.type !== after.type) return ['put', after]
  const patch = diffObject(before, after)
  return patch && ['patch', after.id, patch]
}

/** The changes that turn one object into another; `undefined` when they are equal. */
function diffObject(before: JsonObject, after: JsonObject): RecordPatch | undefined {
  const patch: Record<string, FieldOp> = {}
  let isEqual = true
  for (const field in after) {
    const value = after[field] as JsonValue
    const op = Object.hasOwn(before, field)
      ? diffValue(before[field] as JsonValue, value)
      : (['put', value] as const)
    if (!op) continue
    patch[field] = op
    isEqual = false
  }
  for (const field in before) {
    if (Object.hasOwn(after, field)) continue
    patch[field] = ['remove']
    isEqual = false
  }
  return isEqual ? undefined : patch
}

function diffValue(before: JsonValue, after: JsonValue): FieldOp | undefined {
  if (before === after) return undefined
  if (typeof before === 'string' && typeof after === 'string') {
    const isLonger = before !== '' && after.startsWith(before)
    return isLonger ? ['append', after.slice(before.length)] : ['put', after]
  }
  if (Array.isArray(before) && Array.isArray(after)) return diffList(before, after)
  if (isJsonObject(before) && isJsonObject(after)) {
    const patch = diffObject(before, after)
    return patch && ['patch', patch]
  }
  return ['put', after]
}

function diffList(before: readonly JsonValue[], after: readonly JsonValue[]): FieldOp | undefined {
  const isStart =
    before.length <= after.length &&
    before.every((item, index) => equalJson(item, after[index] as JsonValue))
  if (!isStart) return ['put', after]
  return before.length === after.length ? undefined : ['append', after.slice(before.length)]
}
