import { WsError } from '../../errors/ws-error.js'
import type { DocumentCursor } from '../../protocol/documents/document-frames.js'
import type {
  DocumentRecord,
  JsonValue,
  RecordOp,
  RecordSchema,
} from '../../protocol/documents/document-record.js'
import {
  RecordDraft,
  workOn,
  type RecordsTransaction,
} from '../../protocol/documents/record-transaction.js'
import type {
  AskOwner,
  DistantAuthor,
  DistantDocument,
  DistantTransaction,
} from '../document-engine.js'
import { OwnerGoneError } from '../owners/owner-gone-error.js'
import type {
  Asker,
  ChangesAnswer,
  RecordsAnswer,
  RecordsQuestion,
  ReadSet,
} from './distant-questions.js'

/** How often a transaction is tried when others keep changing what it reads. */
const MAX_TRIES = 20

/** What one try of a transaction comes to. */
interface Attempt<T> {
  readonly result: T
  readonly ops: readonly RecordOp[]
  readonly read: ReadSet
}

/** A document of records of another process: its records as they were at a moment, brought up to date when they are used. */
export class DistantRecords implements DistantDocument<RecordsTransaction> {
  readonly #schema: RecordSchema
  readonly #author: DistantAuthor
  readonly #records = new Map<string, DocumentRecord>()
  #cursor: DocumentCursor | undefined

  /** @param schema the versions that this process knows */
  constructor(schema: RecordSchema, author: DistantAuthor) {
    this.#schema = schema
    this.#author = author
  }

  begin<T>(work: (transaction: RecordsTransaction) => T): DistantTransaction<T> {
    return new RecordsAttempts(this, work, this.#author.next())
  }

  /** @internal */
  get asker(): Asker {
    const cursor = this.#cursor
    return { client: this.#author.client, schema: this.#schema, ...(cursor && { cursor }) }
  }

  /** @internal */
  take({ mode, put, remove, cursor }: ChangesAnswer): void {
    if (mode === 'full') this.#records.clear()
    for (const id of remove) this.#records.delete(id)
    for (const record of put) this.#records.set(record.id, record)
    this.#cursor = cursor
  }

  /** @internal */
  attempt<T>(work: (transaction: RecordsTransaction) => T): Attempt<T> {
    const draft = new RecordDraft(this.#records)
    const read = { ids: new Set<string>(), types: new Set<string>(), isAll: false }
    const result = workOn(draft, (transaction) => work(noted(transaction, read)))
    const { ids, types, isAll } = read
    return { result, ops: draft.net(), read: { ids: [...ids], types: [...types], isAll } }
  }
}

class RecordsAttempts<T> implements DistantTransaction<T> {
  readonly #document: DistantRecords
  readonly #work: (transaction: RecordsTransaction) => T
  readonly #n: number
  /** What the owner was asked to do, and has not answered. */
  #sent: Attempt<T> | undefined

  constructor(document: DistantRecords, work: (transaction: RecordsTransaction) => T, n: number) {
    this.#document = document
    this.#work = work
    this.#n = n
  }

  get isUnsettled(): boolean {
    return this.#sent !== undefined
  }

  async run(ask: AskOwner): Promise<{ result: T; mark: JsonValue }> {
    const question = (of: RecordsQuestion): Promise<RecordsAnswer> =>
      ask(of as unknown as JsonValue) as unknown as Promise<RecordsAnswer>
    let answer = await question({ ...this.#document.asker, do: 'sync' })
    for (let left = MAX_TRIES; left > 0 && !answer.isDone; left--) {
      this.#document.take(answer)
      // It was done, and the answer lost.
      if (this.#sent && answer.pushed >= this.#n) break
      this.#sent = undefined
      const attempt = this.#document.attempt(this.#work)
      if (attempt.ops.length === 0) {
        return { result: attempt.result, mark: answer.cursor as unknown as JsonValue }
      }
      answer = await this.#commit(attempt, question)
    }
    const { cursor } = answer
    const done = this.#sent
    this.#sent = undefined
    if (!done)
      throw new WsError(409, `What it reads keeps changing: it was tried ${MAX_TRIES} times`)
    return { result: done.result, mark: cursor as unknown as JsonValue }
  }

  async #commit(
    attempt: Attempt<T>,
    question: (of: RecordsQuestion) => Promise<RecordsAnswer>,
  ): Promise<RecordsAnswer> {
    const { ops, read } = attempt
    this.#sent = attempt
    try {
      const { asker } = this.#document
      const answer = await question({ ...asker, do: 'commit', n: this.#n, ops, read })
      if (!answer.isDone) this.#sent = undefined
      return answer
    } catch (error) {
      // Any other error is an answer.
      if (!(error instanceof OwnerGoneError) || error.isDenied) this.#sent = undefined
      throw error
    }
  }
}

/** A transaction that writes down what was read. A change of a record is made of what it was before. */
function noted(
  transaction: RecordsTransaction,
  read: { readonly ids: Set<string>; readonly types: Set<string>; isAll: boolean },
): RecordsTransaction {
  return {
    get: (id) => {
      read.ids.add(id)
      return transaction.get(id)
    },
    records: (type) => {
      if (type === undefined) read.isAll = true
      else read.types.add(type)
      return transaction.records(type)
    },
    put: (record) => {
      transaction.put(record)
      read.ids.add(record.id)
    },
    patch: (id, fields) => {
      read.ids.add(id)
      return transaction.patch(id, fields)
    },
    remove: (id) => {
      read.ids.add(id)
      return transaction.remove(id)
    },
  }
}
