import {
  idOf,
  type DocumentRecord,
  type RecordOp,
} from '../../protocol/documents/document-record.js'
import type { RecordSource } from '../../protocol/documents/record-transaction.js'
import { applyOp } from '../../protocol/documents/apply-ops.js'

interface Kept {
  readonly record: DocumentRecord
  /** When it last changed. */
  readonly clock: number
}

/** How many deletions are remembered. */
const MAX_TOMBSTONES = 5_000

/** What a store is made of, as JSON. */
export interface StoreState {
  readonly clock: number
  /** Deletions up to this clock may have been forgotten. */
  readonly horizon: number
  readonly records: readonly (readonly [number, DocumentRecord])[]
  readonly tombstones: readonly (readonly [string, number])[]
}

/** What happened since a clock. */
export interface ChangesSince {
  readonly put: readonly DocumentRecord[]
  readonly remove: readonly string[]
}

/** The records, and for each the clock of its last change; deletions too, for as long as it is worth. */
export class RecordStore {
  #clock = 0
  #horizon = 0
  readonly #records = new Map<string, Kept>()
  /** In the order of their clocks. */
  readonly #tombstones = new Map<string, number>()

  get clock(): number {
    return this.#clock
  }

  get size(): number {
    return this.#records.size
  }

  /** The record itself, which nobody may change. */
  get(id: string): DocumentRecord | undefined {
    return this.#records.get(id)?.record
  }

  *values(): Generator<DocumentRecord> {
    for (const { record } of this.#records.values()) yield record
  }

  /**
   * Applies the operations of one transaction: the clock makes a step.
   *
   * @param done where they have been done already; default: they are done now
   */
  commit(ops: readonly RecordOp[], done?: RecordSource): void {
    this.#clock++
    for (const op of ops) {
      const id = idOf(op)
      const record = done ? done.get(id) : applyOp(this.get(id), op)
      if (record) this.#set(id, record)
      else if (this.#records.delete(id)) this.#bury(id)
    }
  }

  /** Whether what happened since a clock is still known. */
  remembers(clock: number): boolean {
    return clock >= this.#horizon && clock <= this.#clock
  }

  /** What happened since a clock that the store remembers. */
  since(clock: number): ChangesSince {
    const put: DocumentRecord[] = []
    for (const kept of this.#records.values()) if (kept.clock > clock) put.push(kept.record)
    const remove: string[] = []
    for (const [id, buried] of this.#tombstones) if (buried > clock) remove.push(id)
    return { put, remove }
  }

  /** Whether a record was put, changed or removed since a clock that the store remembers. */
  changedSince(id: string, clock: number): boolean {
    return (this.#records.get(id)?.clock ?? this.#tombstones.get(id) ?? 0) > clock
  }

  /** Everything, as JSON. */
  state(): StoreState {
    return {
      clock: this.#clock,
      horizon: this.#horizon,
      records: Array.from(this.#records.values(), ({ record, clock }) => [clock, record] as const),
      tombstones: [...this.#tombstones],
    }
  }

  /** Starts from a state. */
  restore({ clock, horizon, records, tombstones }: StoreState): void {
    this.#clock = clock
    this.#horizon = horizon
    for (const [changed, record] of records) {
      this.#records.set(record.id, { record, clock: changed })
    }
    for (const [id, buried] of tombstones) this.#tombstones.set(id, buried)
  }

  /** Replaces a record where it stands: what it says stays the same, and so does its clock. */
  rewrite(record: DocumentRecord): void {
    const kept = this.#records.get(record.id)
    if (kept) this.#records.set(record.id, { ...kept, record })
  }

  #set(id: string, record: DocumentRecord): void {
    this.#records.set(id, { record, clock: this.#clock })
    this.#tombstones.delete(id)
  }

  #bury(id: string): void {
    this.#tombstones.delete(id)
    this.#tombstones.set(id, this.#clock)
    while (this.#tombstones.size > MAX_TOMBSTONES) {
      const [[oldest, clock] = ['', 0]] = this.#tombstones
      this.#tombstones.delete(oldest)
      this.#horizon = clock
    }
  }
}
