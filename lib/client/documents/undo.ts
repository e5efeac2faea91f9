import { equalJson } from '../../protocol/documents/equal-json.js'
import {
  isJsonObject,
  type DocumentRecord,
  type JsonObject,
  type JsonValue,
} from '../../protocol/documents/document-record.js'

/** What one transaction did to a record. */
export interface RecordStep {
  readonly id: string
  readonly before: DocumentRecord | undefined
  readonly after: DocumentRecord | undefined
}

/**
 * What a record becomes when one step is taken back. Only what is still as the step left it goes
 * back: what others did since stays, and a record that others deleted stays deleted.
 */
export function revertRecord(
  current: DocumentRecord | undefined,
  { before, after }: RecordStep,
): DocumentRecord | undefined {
  if (!after) return current ?? before
  if (!before || !current) return undefined
  return revertObject(current, before, after) as DocumentRecord
}

function revertObject(current: JsonObject, before: JsonObject, after: JsonObject): JsonObject {
  const result: Record<string, JsonValue> = { ...current }
  for (const field of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const was = own(before, field)
    const value = revertValue(own(current, field), was, own(after, field))
    if (value === undefined) Reflect.deleteProperty(result, field)
    else result[field] = value
  }
  return result
}

function revertValue(
  current: JsonValue | undefined,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): JsonValue | undefined {
  if (equalJson(before, after)) return current
  if (equalJson(current, after)) return before
  if (isJsonObject(current) && isJsonObject(before) && isJsonObject(after)) {
    return revertObject(current, before, after)
  }
  return withoutAppended(current, before, after)
}

/** Takes out what was appended, when it still stands where it was put. */
function withoutAppended(
  current: JsonValue | undefined,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): JsonValue | undefined {
  if (typeof current === 'string' && typeof before === 'string' && typeof after === 'string') {
    const isThere =
      after.startsWith(before) && current.startsWith(after.slice(before.length), before.length)
    return isThere ? current.slice(0, before.length) + current.slice(after.length) : current
  }
  if (!isList(current) || !isList(before) || !isList(after)) return current
  const isThere =
    after.length > before.length &&
    equalJson(after.slice(0, before.length), before) &&
    equalJson(current.slice(before.length, after.length), after.slice(before.length))
  return isThere ? [...current.slice(0, before.length), ...current.slice(after.length)] : current
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function own(object: JsonObject, field: string): JsonValue | undefined {
  return Object.hasOwn(object, field) ? object[field] : undefined
}
