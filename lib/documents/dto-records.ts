import { WsError } from '../errors/ws-error.js'
import type { JsonObject } from '../protocol/documents/document-record.js'
import { compileReader, type DataType } from '../validation/compile-validator.js'
import type { RecordMigration, RecordType } from './records/record-types.js'

/** A DTO class, or one with migrations. */
export type RecordDefinition =
  DataType | { readonly type: DataType; readonly migrations?: readonly RecordMigration[] }

/**
 * Types of records out of DTO classes: the classes describe the fields, without `id` and `type`, and
 * what class-validator finds wrong with them refuses a change. A record is kept as it was sent;
 * what class-transformer would make of it is for the check alone.
 *
 * @throws TypeError for a class that has no rules, or rules that need a promise
 */
export function defineRecords(
  definitions: Readonly<Record<string, RecordDefinition>>,
): Record<string, RecordType> {
  return Object.fromEntries(
    Object.entries(definitions).map(([name, definition]) => {
      const { type, migrations } = isDataType(definition) ? { type: definition } : definition
      return [name, { check: checkOf(type, `records.${name}`), ...(migrations && { migrations }) }]
    }),
  )
}

/**
 * A check of presence out of a DTO class.
 *
 * @throws TypeError as {@link defineRecords} does
 */
export function definePresence(type: DataType): (state: JsonObject) => void {
  return checkOf(type, 'presence')
}

function isDataType(definition: RecordDefinition): definition is DataType {
  return typeof definition === 'function' || Array.isArray(definition)
}

function checkOf(type: DataType, where: string): (fields: JsonObject) => void {
  const reader = compileReader(type, undefined)
  if (typeof reader === 'string') throw new TypeError(`${where}: ${reader}`)
  if (reader.isAsync) throw new TypeError(`${where}: a document cannot wait for asynchronous rules`)
  return (fields) => {
    const result = reader.read(fields)
    if (!(result instanceof Promise)) return
    void result.catch(() => undefined)
    throw new WsError(500, `${where}: a rule returned a promise`)
  }
}
