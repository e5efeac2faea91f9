import { applyOp } from '../../protocol/documents/apply-ops.js'
import { equalJson } from '../../protocol/documents/equal-json.js'
import {
  idOf,
  type DocumentRecord,
  type RecordOp,
} from '../../protocol/documents/document-record.js'

/**
 * The records as the server has them, and as they look with what it does not have yet. Operations
 * are about one record each, so only records that something happened to are done over.
 */
export class RebasedRecords {
  #base = new Map<string, DocumentRecord>()
  #view = new Map<string, DocumentRecord>()
  readonly #pending: () => Iterable<RecordOp>

  /** @param pending what the server does not have, in order */
  constructor(pending: () => Iterable<RecordOp>) {
    this.#pending = pending
  }

  get size(): number {
    return this.#view.size
  }

  /** As it looks. */
  get(id: string): DocumentRecord | undefined {
    return this.#view.get(id)
  }

  values(): Iterable<DocumentRecord> {
    return this.#view.values()
  }

  /** As the server has them. */
  base(): DocumentRecord[] {
    return [...this.#base.values()]
  }

  /** Takes what happened at the server. */
  applyToBase(ops: readonly RecordOp[]): void {
    for (const op of ops) {
      const id = idOf(op)
      const record = applyOp(this.#base.get(id), op)
      if (record) this.#base.set(id, record)
      else this.#base.delete(id)
    }
  }

  /** Forgets all that was known of the server's records. */
  replaceBase(records: Iterable<DocumentRecord>): void {
    this.#base = new Map(Array.from(records, (record) => [record.id, record]))
  }

  /** Shows operations of the user at once; returns the records that look different. */
  show(ops: readonly RecordOp[]): Set<string> {
    const changed = new Set<string>()
    for (const op of ops) {
      const id = idOf(op)
      if (this.#set(id, applyOp(this.#view.get(id), op))) changed.add(id)
    }
    return changed
  }

  /** Puts what is pending onto the server's records; returns those that look different. */
  rebase(ids: Iterable<string>): Set<string> {
    const next = new Map<string, DocumentRecord | undefined>()
    for (const id of ids) next.set(id, this.#base.get(id))
    if (next.size === 0) return new Set()
    for (const op of this.#pending()) {
      const id = idOf(op)
      if (next.has(id)) next.set(id, applyOp(next.get(id), op))
    }
    const changed = new Set<string>()
    for (const [id, record] of next) if (this.#set(id, record)) changed.add(id)
    return changed
  }

  /** Does everything over. */
  rebaseAll(): Set<string> {
    const pending = Array.from(this.#pending(), idOf)
    return this.rebase(new Set([...this.#base.keys(), ...this.#view.keys(), ...pending]))
  }

  #set(id: string, record: DocumentRecord | undefined): boolean {
    const before = this.#view.get(id)
    if (equalJson(before, record)) return false
    if (record) this.#view.set(id, record)
    else this.#view.delete(id)
    return true
  }
}
