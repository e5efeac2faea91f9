import { WsError } from '../../errors/ws-error.js'
import type {
  DocumentRecord,
  JsonObject,
  JsonValue,
  RecordSchema,
} from '../../protocol/documents/document-record.js'

/** Turns the fields of a record of one version into those of the next, and back. */
export interface RecordMigration {
  readonly up: (fields: JsonObject) => JsonObject
  /** Without it, clients with the older version are told to reload. */
  readonly down?: (fields: JsonObject) => JsonObject
}

/** One type of record. */
export interface RecordType {
  /** Throws a `WsError` for fields that are not valid. Default: everything is. */
  readonly check?: (fields: JsonObject) => unknown
  /** From version 1 to 2, from 2 to 3, and so on: there is a version more than migrations. */
  readonly migrations?: readonly RecordMigration[]
}

/** How a client's versions compare with the server's. */
export type SchemaMatch = 'same' | 'older' | 'outdated' | 'newer'

/** The types of a document, with their versions. */
export class RecordTypes {
  /** The version of each type. */
  readonly schema: RecordSchema
  readonly #types: ReadonlyMap<string, RecordType>

  /** @throws TypeError for a type that is no object */
  constructor(types: Readonly<Record<string, RecordType>>) {
    this.#types = new Map(Object.entries(types))
    this.schema = Object.fromEntries(
      [...this.#types].map(([name, { migrations = [] }]) => [name, migrations.length + 1]),
    )
  }

  /**
   * Checks a record against its type.
   *
   * @throws WsError 400, or what the check of the type throws
   */
  check(record: DocumentRecord): void {
    const type = this.#types.get(record.type)
    if (!type) throw new WsError(400, `There are no records of type "${record.type}"`)
    if (!type.check) return
    type.check(fieldsOf(record))
  }

  /** Whether clients with these versions can be served. An empty schema takes what there is. */
  match(schema: RecordSchema): SchemaMatch {
    const names = Object.keys(schema)
    if (names.length === 0) return 'same'
    const known = (name: string): number => this.#version(name, this.schema)
    if (names.some((name) => this.#version(name, schema) > known(name))) return 'newer'
    const older = [...this.#types.keys()].filter(
      (name) => this.#version(name, schema) < known(name),
    )
    if (older.length === 0) return 'same'
    return older.every((name) => this.#canGoDown(name, this.#version(name, schema)))
      ? 'older'
      : 'outdated'
  }

  /**
   * A record as the present version has it.
   *
   * @param schema the versions that it was written with
   */
  up(record: DocumentRecord, schema: RecordSchema): DocumentRecord {
    const { migrations = [] } = this.#types.get(record.type) ?? {}
    const steps = migrations.slice(Math.max(this.#version(record.type, schema), 1) - 1)
    return convert(record, steps, ({ up }) => up)
  }

  /** A record as an older version had it; `undefined` when there was none, or no way back. */
  down(record: DocumentRecord, schema: RecordSchema): DocumentRecord | undefined {
    const version = this.#version(record.type, schema)
    if (version === 0) return undefined
    const { migrations = [] } = this.#types.get(record.type) ?? {}
    const steps = migrations.slice(version - 1).reverse()
    if (steps.some(({ down }) => !down)) return undefined
    return convert(record, steps, ({ down }) => down)
  }

  #canGoDown(name: string, version: number): boolean {
    // What a client does not know, it is not sent.
    if (version === 0) return true
    const { migrations = [] } = this.#types.get(name) ?? {}
    return migrations.slice(version - 1).every(({ down }) => down !== undefined)
  }

  #version(name: string, schema: RecordSchema): number {
    return Object.hasOwn(schema, name) ? (schema[name] ?? 0) : 0
  }
}

/** A record without `id` and `type`. A loop is half the time of leaving them out by `...fields`. */
function fieldsOf(record: DocumentRecord): JsonObject {
  const fields: Record<string, JsonValue> = {}
  for (const key in record) {
    if (key !== 'id' && key !== 'type') fields[key] = record[key] as JsonValue
  }
  return fields
}

function convert(
  record: DocumentRecord,
  steps: readonly RecordMigration[],
  pick: (step: RecordMigration) => ((fields: JsonObject) => JsonObject) | undefined,
): DocumentRecord {
  if (steps.length === 0) return record
  const { id, type, ...fields } = record
  let result = structuredClone<JsonObject>(fields)
  for (const step of steps) result = pick(step)?.call(step, result) ?? result
  return { ...result, id, type }
}
