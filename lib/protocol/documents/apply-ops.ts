import {
  isJsonObject,
  type DocumentRecord,
  type FieldOp,
  type JsonObject,
  type JsonValue,
  type RecordOp,
  type RecordPatch,
} from './document-record.js'

/**
 * What an operation makes of a record; `undefined` stands for none. Server and clients share it:
 * the same operations on the same state end in the same state.
 */
export function applyOp(
  record: DocumentRecord | undefined,
  op: RecordOp,
): DocumentRecord | undefined {
  switch (op[0]) {
    case 'put':
      return op[1]
    case 'remove':
      return undefined
    case 'patch':
      return record && (applyPatch(record, op[2]) as DocumentRecord)
  }
}

/** A copy with the changes; what did not change is shared with the original. */
export function applyPatch(object: JsonObject, patch: RecordPatch): JsonObject {
  const result: Record<string, JsonValue> = { ...object }
  for (const field in patch) {
    const op = patch[field] as FieldOp
    const value = applyField(Object.hasOwn(object, field) ? object[field] : undefined, op)
    if (value === undefined) Reflect.deleteProperty(result, field)
    else result[field] = value
  }
  return result
}

/** What an operation makes of the value of a field. */
export function applyField(current: JsonValue | undefined, op: FieldOp): JsonValue | undefined {
  switch (op[0]) {
    case 'put':
      return op[1]
    case 'remove':
      return undefined
    case 'patch':
      return applyPatch(isJsonObject(current) ? current : {}, op[1])
    case 'append':
      return append(current, op[1])
  }
}

function append(current: JsonValue | undefined, added: string | readonly JsonValue[]): JsonValue {
  if (typeof added === 'string') return typeof current === 'string' ? current + added : added
  return Array.isArray(current) ? [...(current as readonly JsonValue[]), ...added] : added
}
