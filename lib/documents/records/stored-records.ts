import type { RecordOp, RecordSchema } from '../../protocol/documents/document-record.js'
import { DocumentStorageError } from '../storage/document-storage-error.js'
import type { Epoch } from './lineage.js'
import type { StoreState } from './record-store.js'

const FORMAT = 1

/** A document of records at one moment, as JSON. */
export interface RecordsSnapshot extends StoreState {
  readonly format: number
  readonly engine: 'records'
  readonly schema: RecordSchema
  readonly epochs: readonly Epoch[]
  /** The last push of each replica. */
  readonly pushed: readonly (readonly [string, number])[]
}

/** One transaction in a log. */
export interface StoredChange {
  readonly clock: number
  readonly epoch: string
  /** The versions of the types; where they are left out, those before hold. */
  readonly schema?: RecordSchema
  readonly pushed?: readonly [string, number]
  readonly ops: readonly RecordOp[]
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

/** A snapshot out of the parts of an engine. */
export function makeSnapshot(parts: Omit<RecordsSnapshot, 'format' | 'engine'>): RecordsSnapshot {
  return { format: FORMAT, engine: 'records', ...parts }
}

export function encodeJson(value: RecordsSnapshot | StoredChange): Uint8Array {
  return encoder.encode(JSON.stringify(value))
}

/**
 * Checks that a value is a snapshot of records.
 *
 * @throws DocumentStorageError
 */
export function checkSnapshot(value: unknown): asserts value is RecordsSnapshot {
  const { format, engine, clock, horizon, ...lists } = (value ?? {}) as Partial<RecordsSnapshot>
  if (engine !== 'records' || format !== FORMAT) {
    throw new DocumentStorageError(`A snapshot of records has format ${FORMAT}`)
  }
  const { records, tombstones, epochs, pushed, schema } = lists
  const isWhole =
    [clock, horizon].every(Number.isSafeInteger) &&
    [records, tombstones, epochs, pushed].every(Array.isArray) &&
    typeof schema === 'object'
  if (!isWhole) throw new DocumentStorageError('The snapshot is not whole')
}

/** @throws DocumentStorageError */
export function decodeSnapshot(bytes: Uint8Array): RecordsSnapshot {
  const snapshot = decodeJson(bytes, 'snapshot')
  checkSnapshot(snapshot)
  return snapshot
}

/** @throws DocumentStorageError */
export function decodeChange(bytes: Uint8Array): StoredChange {
  const change = decodeJson(bytes, 'change') as Partial<StoredChange> | null
  if (!Number.isSafeInteger(change?.clock) || !Array.isArray(change?.ops)) {
    throw new DocumentStorageError('A stored change is none')
  }
  return change as StoredChange
}

function decodeJson(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(decoder.decode(bytes))
  } catch (error) {
    throw new DocumentStorageError(`A stored ${what} is no JSON`, { cause: error })
  }
}
