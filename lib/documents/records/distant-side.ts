import { WsError } from '../../errors/ws-error.js'
import type { DocumentCursor } from '../../protocol/documents/document-frames.js'
import type { JsonValue, RecordOp, RecordSchema } from '../../protocol/documents/document-record.js'
import { readOps } from '../../protocol/documents/read-ops.js'
import { RecordDraft } from '../../protocol/documents/record-transaction.js'
import type { DistantSide } from '../document-engine.js'
import type {
  Asker,
  ChangesAnswer,
  ReadSet,
  RecordsAnswer,
  RecordsQuestion,
} from './distant-questions.js'
import { applyOlder } from './judge-push.js'
import type { Lineage } from './lineage.js'
import type { PushLog } from './push-log.js'
import type { RecordStore } from './record-store.js'
import type { RecordTypes } from './record-types.js'

/** Whose transaction it is, when it is no session's. */
export interface DistantWriter {
  readonly client: string
  readonly n: number
}

/** The parts of an engine that other processes work on. */
export interface DistantRecordsParts {
  readonly types: RecordTypes
  readonly store: RecordStore
  readonly lineage: Lineage
  readonly pushes: PushLog
  /** Checks and commits; `false` when there is nothing to change. */
  readonly commit: (draft: RecordDraft, writer: DistantWriter) => void
  /** When a record last got another type. */
  readonly retypedAt: () => number
}

/** The owner's side of transactions in other processes: they are done when nothing has changed that they read. */
export class DistantRecordsSide implements DistantSide {
  readonly #parts: DistantRecordsParts

  constructor(parts: DistantRecordsParts) {
    this.#parts = parts
  }

  answer(question: JsonValue): JsonValue {
    return this.#answer(question as unknown as RecordsQuestion) as unknown as JsonValue
  }

  mark(): JsonValue {
    return this.#cursor() as unknown as JsonValue
  }

  holds(mark: JsonValue): boolean {
    const { lineage, store } = this.#parts
    return lineage.includes(mark as unknown as DocumentCursor, store.clock)
  }

  #answer(question: RecordsQuestion): RecordsAnswer {
    const { types, pushes } = this.#parts
    const match = types.match(question.schema)
    if (match === 'newer' || match === 'outdated') {
      throw new WsError(503, 'The owner of the document runs another version of its records')
    }
    const older = match === 'older' ? question.schema : undefined
    if (question.do === 'sync') return this.#changes(question, older)
    const { client, n, ops, read, cursor } = question
    if (n <= pushes.last(client)) return { isDone: true, cursor: this.#cursor() }
    if (!this.#isKnown(cursor) || this.#hasChanged(read, cursor.clock)) {
      return this.#changes(question, older)
    }
    this.#parts.commit(this.#draftOf(readOps(ops), older), { client, n })
    return { isDone: true, cursor: this.#cursor() }
  }

  #draftOf(ops: readonly RecordOp[], older: RecordSchema | undefined): RecordDraft {
    const { store, types } = this.#parts
    const draft = new RecordDraft(store)
    for (const op of ops) {
      if (older) applyOlder(draft, op, { types, schema: older })
      else draft.apply(op)
    }
    return draft
  }

  #hasChanged({ ids, types, isAll }: ReadSet, clock: number): boolean {
    const { store, retypedAt } = this.#parts
    if (store.clock === clock) return false
    if (isAll || ids.some((id) => store.changedSince(id, clock))) return true
    if (types.length === 0) return false
    // Of a record that was removed, or has another type now, nobody knows what it was.
    const { put, remove } = store.since(clock)
    return retypedAt() > clock || remove.length > 0 || put.some(({ type }) => types.includes(type))
  }

  #changes({ cursor, client }: Asker, older: RecordSchema | undefined): ChangesAnswer {
    const { store, types, pushes } = this.#parts
    const known = this.#isKnown(cursor) ? cursor : undefined
    const { put, remove } = known
      ? store.since(known.clock)
      : { put: [...store.values()], remove: [] }
    return {
      isDone: false,
      cursor: this.#cursor(),
      mode: known ? 'diff' : 'full',
      put: older ? put.flatMap((record) => types.down(record, older) ?? []) : put,
      remove,
      pushed: pushes.last(client),
    }
  }

  #isKnown(cursor: DocumentCursor | undefined): cursor is DocumentCursor {
    const { store, lineage } = this.#parts
    return (
      cursor !== undefined && store.remembers(cursor.clock) && lineage.includes(cursor, store.clock)
    )
  }

  #cursor(): DocumentCursor {
    const { lineage, store } = this.#parts
    return { epoch: lineage.epoch, clock: store.clock }
  }
}
