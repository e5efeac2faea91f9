import { randomUUID } from 'node:crypto'
import { WsError } from '../../errors/ws-error.js'
import {
  DOCUMENT_WIRE,
  type ClientFrame,
  type ConnectFrame,
  type DocumentCursor,
  type PushFrame,
  type VerdictFrame,
} from '../../protocol/documents/document-frames.js'
import type {
  DocumentRecord,
  RecordOp,
  RecordSchema,
} from '../../protocol/documents/document-record.js'
import type { DistantSide, DocumentEngine, EngineHost } from '../document-engine.js'
import { errorBody, isReportable, type DocumentSession } from '../document-session.js'
import { DocumentStorageError } from '../storage/document-storage-error.js'
import type { StoredDocument } from '../storage/document-storage.js'
import type { WriteRule } from '../write-rule.js'
import { DistantRecordsSide, type DistantWriter } from './distant-side.js'
import { judgePush, type Judgement, type PushRules } from './judge-push.js'
import { Lineage } from './lineage.js'
import { PushLog } from './push-log.js'
import { RecordTypes, type RecordType } from './record-types.js'
import {
  RecordDraft,
  workOn,
  type RecordsTransaction,
} from '../../protocol/documents/record-transaction.js'
import { RecordStore } from './record-store.js'
import { RecordsSession, RecordsSessions } from './records-sessions.js'
import {
  checkSnapshot,
  decodeChange,
  decodeSnapshot,
  encodeJson,
  makeSnapshot,
  type RecordsSnapshot,
  type StoredChange,
} from './stored-records.js'

const encoder = new TextEncoder()

/** What a document of records is made of. */
export interface RecordsEngineOptions {
  /** By the name of the type. */
  readonly records: Readonly<Record<string, RecordType>>
  /** Rules by type: who may change what. */
  readonly canWrite?: Readonly<Record<string, WriteRule>>
  /** Makes the names of epochs. Default: random. */
  readonly newId?: () => string
}

/** Who made a transaction, and as which push. */
interface Author extends DistantWriter {
  /** Left out by a server's own in another process. */
  readonly session?: DocumentSession
}

/**
 * Documents of typed records. The server puts transactions in an order; each push is answered with
 * what came of it, and fields merge by arrival.
 */
export class RecordsEngine implements DocumentEngine<
  DocumentRecord,
  RecordsTransaction,
  RecordsSnapshot
> {
  readonly #types: RecordTypes
  readonly #rules: PushRules
  readonly #newId: () => string
  readonly #store = new RecordStore()
  readonly #lineage = new Lineage()
  readonly #pushes = new PushLog()
  #host!: EngineHost
  #sessions!: RecordsSessions
  /** The versions of what is stored, until it has been migrated. */
  #schema: RecordSchema
  /** This process has changed nothing so far. */
  #isFresh = true
  #isBusy = false
  /** When a record last got another type, which sessions cannot give it. */
  #retypedAt = 0
  readonly distant: DistantSide

  constructor({ records, canWrite = {}, newId = randomUUID }: RecordsEngineOptions) {
    this.#types = new RecordTypes(records)
    this.#rules = {
      types: this.#types,
      canWrite: new Map(Object.entries(canWrite)),
      report: (error, session) => this.#host.report(error, session),
    }
    this.#newId = newId
    this.#schema = this.#types.schema
    this.distant = new DistantRecordsSide({
      ...{ types: this.#types, store: this.#store, lineage: this.#lineage, pushes: this.#pushes },
      commit: (draft, writer) => this.#commitOwn(draft, writer),
      retypedAt: () => this.#retypedAt,
    })
  }

  get clock(): number {
    return this.#store.clock
  }

  /** How many records there are. */
  get size(): number {
    return this.#store.size
  }

  restore({ snapshot, changes }: StoredDocument): void {
    if (snapshot) {
      const { schema, epochs, pushed, ...state } = decodeSnapshot(snapshot)
      this.#store.restore(state)
      this.#lineage.restore(epochs)
      this.#pushes.restore(pushed)
      this.#schema = schema
    }
    for (const change of changes.map(decodeChange)) this.#replay(change)
    for (const { type } of this.#store.values()) this.#checkVersion(type)
  }

  attach(host: EngineHost): void {
    this.#host = host
    this.#sessions = new RecordsSessions(this.#types, this.#store, host)
    if (this.#lineage.epoch === '') this.#lineage.begin(this.#newId(), this.clock)
    const draft = new RecordDraft(this.#store)
    for (const record of this.#store.values()) {
      const current = this.#types.up(record, this.#schema)
      if (current !== record) draft.set(record.id, current)
    }
    this.#schema = this.#types.schema
    this.#commit(draft, draft.net())
  }

  onDurable(clock: number): void {
    for (const session of this.#host.sessions()) {
      const state = RecordsSession.of(session)
      if (!state || state.undurable === 0) continue
      session.send({ type: 'durable', clock })
      if (clock >= state.undurable) state.undurable = 0
    }
  }

  receive(session: DocumentSession, frame: ClientFrame): void {
    if (frame.type === 'connect') this.#connect(session, frame)
    else if (frame.type === 'push') this.#push(session, frame)
  }

  sessionState(session: DocumentSession): unknown {
    const state = RecordsSession.of(session)
    if (!state) return undefined
    const { client, schema } = state
    return { wire: DOCUMENT_WIRE, client, schema, cursor: this.#cursor() }
  }

  resume(session: DocumentSession, state: unknown): void {
    const frame = state as Pick<ConnectFrame, 'wire' | 'client' | 'schema'> & {
      cursor: DocumentCursor
    }
    const { epoch, clock } = frame.cursor
    const isCurrent = epoch === this.#lineage.epoch && clock === this.clock
    if (!isCurrent) this.#connect(session, { ...frame, type: 'connect' })
    else this.#sessions.admit(session, { ...frame, type: 'connect' })
  }

  get(id: string): DocumentRecord | undefined {
    return structuredClone(this.#store.get(id))
  }

  transact<T>(work: (transaction: RecordsTransaction) => T): T {
    if (this.#isBusy) throw new Error('A transaction cannot be begun inside another')
    const draft = new RecordDraft(this.#store)
    let result: T
    this.#isBusy = true
    try {
      result = workOn(draft, work)
    } finally {
      this.#isBusy = false
    }
    this.#commitOwn(draft)
    return result
  }

  snapshot(): RecordsSnapshot {
    // Shared with nobody, whatever becomes of it.
    return structuredClone(this.#snapshot())
  }

  loadSnapshot(snapshot: RecordsSnapshot): void {
    checkSnapshot(snapshot)
    const draft = new RecordDraft(this.#store)
    for (const { id } of this.#store.values()) draft.set(id, undefined)
    for (const [, record] of structuredClone(snapshot.records)) {
      draft.set(record.id, this.#types.up(record, snapshot.schema))
    }
    this.#commitOwn(draft)
  }

  encode(): Uint8Array {
    return encodeJson(this.#snapshot())
  }

  #snapshot(): RecordsSnapshot {
    return makeSnapshot({
      ...this.#store.state(),
      schema: this.#schema,
      epochs: this.#lineage.state(),
      pushed: this.#pushes.state(),
    })
  }

  #replay({ clock, epoch, schema, pushed, ops }: StoredChange): void {
    if (clock <= this.clock) return
    if (clock !== this.clock + 1) {
      throw new DocumentStorageError(`Change ${clock} follows on ${this.clock}`)
    }
    this.#lineage.begin(epoch, this.clock)
    this.#store.commit(ops)
    if (pushed) this.#pushes.note(...pushed)
    if (schema) this.#schema = schema
  }

  #checkVersion(type: string): void {
    const stored = this.#schema[type] ?? 1
    const { [type]: known = 0 } = this.#types.schema
    if (stored <= known) return
    throw new DocumentStorageError(
      `Records of type "${type}" have version ${stored}, this code knows ${known || 'none'}`,
    )
  }

  #cursor(): DocumentCursor {
    return { epoch: this.#lineage.epoch, clock: this.clock }
  }

  #connect(session: DocumentSession, frame: ConnectFrame): void {
    if (!this.#sessions.admit(session, frame)) return
    const { cursor, client } = frame
    const isKnown =
      cursor !== undefined &&
      this.#store.remembers(cursor.clock) &&
      this.#lineage.includes(cursor, this.clock)
    this.#sessions.hydrate(session, cursor?.clock ?? 0, {
      cursor: this.#cursor(),
      mode: isKnown ? 'diff' : 'full',
      pushed: this.#pushes.last(client),
    })
  }

  #push(session: DocumentSession, frame: PushFrame): void {
    const state = RecordsSession.of(session)
    if (!state) throw new WsError(409, 'A client connects before it pushes')
    const { n } = frame
    // It has come a second time, and was answered the first.
    if (n <= this.#pushes.last(state.client)) return
    const draft = new RecordDraft(this.#store)
    let judgement: Judgement
    try {
      judgement = this.#judge(draft, frame, { session, state })
    } catch (error) {
      if (isReportable(error)) this.#host.report(error, session)
      session.send(this.#discard(n, error))
      return
    }
    const ops = draft.net()
    const { isVerbatim, error } = judgement
    if (ops.length === 0) {
      session.send({ ...this.#discard(n), ...(error && { error }) })
      return
    }
    const epoch = this.#commit(draft, ops, { session, client: state.client, n })
    const { clock } = this
    // Most verdicts say nothing else.
    if (isVerbatim && !state.isOlder && epoch === undefined) session.sendText(commitText(n, clock))
    else {
      const seen = state.isOlder ? this.#sessions.older(ops, state.schema) : ops
      session.send({
        ...{ type: 'verdict', n, clock },
        ...(isVerbatim && !state.isOlder
          ? { verdict: 'commit' }
          : { verdict: 'rebase', ops: seen }),
        ...(epoch !== undefined && { epoch }),
        ...(error && { error }),
      })
    }
    this.#host.changed({ clock, ops, sessionId: session.id }, session)
  }

  #judge(
    draft: RecordDraft,
    { ops, schema }: PushFrame,
    { session, state }: { session: DocumentSession; state: RecordsSession },
  ): Judgement {
    if (session.access === 'read') throw new WsError(403, 'Read only')
    const isOlder = schema ? this.#types.match(schema) !== 'same' : state.isOlder
    const older = isOlder ? (schema ?? state.schema) : undefined
    // A rule decides; it does not write.
    this.#isBusy = true
    try {
      return judgePush(draft, ops, { rules: this.#rules, session, older })
    } finally {
      this.#isBusy = false
    }
  }

  #discard(n: number, error?: unknown): VerdictFrame {
    const verdict = { type: 'verdict', n, verdict: 'discard', clock: this.clock } as const
    return error === undefined ? verdict : { ...verdict, error: errorBody(error) }
  }

  /**
   * Commits what the application itself did, here or in another process: no rule is asked.
   *
   * @throws WsError for a record that is not valid: nothing was done
   */
  #commitOwn(draft: RecordDraft, writer?: DistantWriter): void {
    let isRetyped = false
    for (const id of draft.touched) {
      const record = draft.get(id)
      if (!record) continue
      this.#types.check(record)
      isRetyped ||= (draft.before(id)?.type ?? record.type) !== record.type
    }
    this.#commit(draft, draft.net(), writer)
    if (isRetyped) this.#retypedAt = this.clock
  }

  /** Returns the epoch that begins with it, if one does. A session that made it is told by the caller. */
  #commit(draft: RecordDraft, ops: readonly RecordOp[], author?: Author): string | undefined {
    if (ops.length === 0) return undefined
    const isFirst = this.#isFresh
    if (isFirst) this.#lineage.begin(this.#newId(), this.clock)
    this.#isFresh = false
    this.#store.commit(ops, draft)
    const { epoch } = this.#lineage
    const { clock } = this
    let written: string | undefined
    // Only for those who read it: a session that is alone has none.
    const text = (): string => (written ??= JSON.stringify(ops))
    const state = author?.session && RecordsSession.of(author.session)
    if (state) state.undurable = clock
    if (author) this.#pushes.note(author.client, author.n)
    if (this.#host.isStored) {
      const change = this.#storedText({ clock, epoch, ops: text(), isFirst, author })
      this.#host.persist(clock, change)
    }
    const begin = isFirst ? `,"epoch":${JSON.stringify(epoch)}` : ''
    const patch = (): string => `{"type":"patch","clock":${clock}${begin},"ops":${text()}}`
    const began = isFirst ? epoch : undefined
    this.#sessions.broadcast({ ops, text: patch, epoch: began }, author?.session)
    if (!author?.session) this.#host.changed({ clock, ops }, undefined)
    return began
  }

  /** A `StoredChange`, whose operations have been written already. */
  #storedText(change: {
    clock: number
    epoch: string
    ops: string
    isFirst: boolean
    author: Author | undefined
  }): Uint8Array {
    const { clock, epoch, ops, isFirst, author } = change
    const head = JSON.stringify({
      clock,
      epoch,
      ...(isFirst && { schema: this.#types.schema }),
      ...(author && { pushed: [author.client, author.n] }),
    } satisfies Omit<StoredChange, 'ops'>)
    return encoder.encode(`${head.slice(0, -1)},"ops":${ops}}`)
  }
}

/** A `VerdictFrame` that has nothing to add. */
function commitText(n: number, clock: number): string {
  return `{"type":"verdict","n":${n},"clock":${clock},"verdict":"commit"}`
}
