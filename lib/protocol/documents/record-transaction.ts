import { applyOp } from './apply-ops.js'
import { diffRecord } from './diff-record.js'
import {
  idOf,
  type DocumentRecord,
  type FieldOp,
  type JsonValue,
  type RecordOp,
} from './document-record.js'
import { checkJson, checkRecord } from './read-ops.js'

/** What `transact` of a document of records works with. It is of no use when `transact` is over. */
export interface RecordsTransaction {
  /** A copy of a record, with what the transaction has done so far. */
  get(id: string): DocumentRecord | undefined
  /** Copies of all records, or those of one type. */
  records(type?: string): DocumentRecord[]
  /** Creates or replaces a record. */
  put(record: DocumentRecord): void
  /** Sets fields of a record that is there; `undefined` removes one. Returns whether it is there. */
  patch(id: string, fields: Readonly<Record<string, JsonValue | undefined>>): boolean
  /** Returns whether it was there. */
  remove(id: string): boolean
}

/** Records that are there. */
export interface RecordSource {
  get(id: string): DocumentRecord | undefined
  values(): Iterable<DocumentRecord>
}

/** A state over a store, which stays as it is until the transaction is committed. */
export class RecordDraft {
  readonly #store: RecordSource
  readonly #changed = new Map<string, DocumentRecord | undefined>()

  constructor(store: RecordSource) {
    this.#store = store
  }

  /** The ids that something was done to. */
  get touched(): Iterable<string> {
    return this.#changed.keys()
  }

  get(id: string): DocumentRecord | undefined {
    const changed = this.#changed.get(id)
    return changed || this.#changed.has(id) ? changed : this.#store.get(id)
  }

  /** The record as it was before the transaction. */
  before(id: string): DocumentRecord | undefined {
    return this.#store.get(id)
  }

  set(id: string, record: DocumentRecord | undefined): void {
    this.#changed.set(id, record)
  }

  /** Takes everything back that was done to a record. */
  revert(id: string): void {
    this.#changed.delete(id)
  }

  apply(op: RecordOp): void {
    const id = idOf(op)
    const before = this.get(id)
    const after = applyOp(before, op)
    if (before !== after) this.set(id, after)
  }

  /** The operations that the whole comes to. */
  net(): RecordOp[] {
    const ops: RecordOp[] = []
    for (const [id, record] of this.#changed) {
      const op = diffRecord(this.before(id), record)
      if (op) ops.push(op)
    }
    return ops
  }

  *values(): Generator<DocumentRecord> {
    for (const record of this.#store.values()) {
      const current = this.get(record.id)
      if (current) yield current
    }
    for (const [id, record] of this.#changed) {
      if (record && !this.#store.get(id)) yield record
    }
  }
}

/** A draft for the hands of the application: what goes in and comes out are copies. */
class DraftTransaction implements RecordsTransaction {
  #draft: RecordDraft | undefined

  constructor(draft: RecordDraft) {
    this.#draft = draft
  }

  get(id: string): DocumentRecord | undefined {
    return structuredClone(this.#open().get(id))
  }

  records(type?: string): DocumentRecord[] {
    const found = [...this.#open().values()]
    return structuredClone(type === undefined ? found : found.filter((one) => one.type === type))
  }

  put(record: DocumentRecord): void {
    const copy = toJson(record)
    checkRecord(copy)
    this.#open().set(copy.id, copy)
  }

  patch(id: string, fields: Readonly<Record<string, JsonValue | undefined>>): boolean {
    const draft = this.#open()
    if (!draft.get(id)) return false
    const entries = Object.entries(fields).map(([field, value]): [string, FieldOp] => {
      if (field === 'id' || field === 'type') {
        throw new TypeError(`${field} of a record cannot change`)
      }
      return [field, value === undefined ? ['remove'] : ['put', toJson(value) as JsonValue]]
    })
    const patch = Object.fromEntries(entries)
    checkJson(patch)
    draft.apply(['patch', id, patch])
    return true
  }

  remove(id: string): boolean {
    const draft = this.#open()
    if (!draft.get(id)) return false
    draft.set(id, undefined)
    return true
  }

  end(): void {
    this.#draft = undefined
  }

  #open(): RecordDraft {
    if (!this.#draft) throw new Error('The transaction is over')
    return this.#draft
  }
}

/**
 * Lets a function work on a draft.
 *
 * @throws what it throws; TypeError when it returns a promise
 */
export function workOn<T>(draft: RecordDraft, work: (transaction: RecordsTransaction) => T): T {
  const transaction = new DraftTransaction(draft)
  try {
    const result = work(transaction)
    if (typeof (result as { then?: unknown } | null | undefined)?.then === 'function') {
      throw new TypeError('A transaction is synchronous: nothing was done')
    }
    return result
  } finally {
    transaction.end()
  }
}

/** A copy as JSON has it, so that it is the same here, at the clients and after a restart. */
function toJson(value: unknown): unknown {
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) throw new TypeError('A record holds what JSON can hold')
  const copy: unknown = JSON.parse(text)
  checkJson(copy)
  return copy
}
