/** What JSON can hold. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject

/** An object of JSON. */
export interface JsonObject {
  readonly [key: string]: JsonValue
}

/** A record of a document: fields, beside an `id` of its own and the name of its `type`. */
export interface DocumentRecord extends JsonObject {
  readonly id: string
  readonly type: string
}

/**
 * What happens to one field: it gets a value, loses it, is changed inside (an object), or gets
 * something added at its end (a list or a text). An append adds to whatever list or text is there,
 * so that two that arrive one after the other are both kept; anything else it replaces.
 */
export type FieldOp =
  | readonly ['put', JsonValue]
  | readonly ['remove']
  | readonly ['patch', RecordPatch]
  | readonly ['append', string | readonly JsonValue[]]

/** Changes of an object, by field. */
export type RecordPatch = Readonly<Record<string, FieldOp>>

/**
 * What happens to one record. A `put` creates or replaces it, a `patch` changes fields of one that
 * is there and does nothing to one that is not, a `remove` of one that is not there does nothing.
 */
export type RecordOp =
  | readonly ['put', DocumentRecord]
  | readonly ['patch', string, RecordPatch]
  | readonly ['remove', string]

/** The version of each type of record: 1 unless migrations raised it. */
export type RecordSchema = Readonly<Record<string, number>>

/** The id of the record that an operation is about. */
export function idOf(op: RecordOp): string {
  return op[0] === 'put' ? op[1].id : op[1]
}

/** Whether a value is an object of JSON, no list and not `null`. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether two say the same of every type. */
export function isSameSchema(a: RecordSchema, b: RecordSchema): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}
