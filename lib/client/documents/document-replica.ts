import { diffRecord } from '../../protocol/documents/diff-record.js'
import {
  DOCUMENT_WIRE,
  type DocumentAccess,
  type DocumentCursor,
  type HelloFrame,
  type PatchFrame,
  type PresenceUser,
  type ServerFrame,
  type VerdictFrame,
} from '../../protocol/documents/document-frames.js'
import {
  idOf,
  isSameSchema,
  type DocumentRecord,
  type JsonObject,
  type RecordOp,
  type RecordSchema,
} from '../../protocol/documents/document-record.js'
import {
  RecordDraft,
  workOn,
  type RecordsTransaction,
} from '../../protocol/documents/record-transaction.js'
import type { ReplicaEdits } from './document-store.js'
import { FlushWaiters } from './flush-waiters.js'
import { FramePipe } from './frame-pipe.js'
import { report } from '../platform.js'
import { PendingPushes } from './pending-pushes.js'
import { RebasedRecords } from './rebased-records.js'
import { ReplicaListeners, type ReplicaEvents, type ReplicaStatus } from './replica-events.js'
import {
  sendAtOnce,
  type EditOptions,
  type FlushGoal,
  type ReplicaOptions,
  type ReplicaState,
} from './replica-options.js'
import { ReplicaPresence } from './replica-presence.js'
import { revertRecord, type RecordStep } from './undo.js'
import { UndoStack } from './undo-stack.js'

/**
 * The client's side of a document of records: shows edits at once, sends them, and puts them onto
 * what others did meanwhile. It has no socket and no timer of its own: hand it what a socket
 * receives.
 */
export class DocumentReplica {
  readonly #client: string
  readonly #schema: RecordSchema
  readonly #pipe: FramePipe
  readonly #schedule: (send: () => void) => void
  readonly #pushes = new PendingPushes()
  readonly #records: RebasedRecords
  readonly #undo = new UndoStack()
  readonly #presence = new ReplicaPresence()
  readonly #listeners: ReplicaListeners
  #cursor: DocumentCursor | undefined
  #status: ReplicaStatus = 'offline'
  #access: DocumentAccess = 'write'
  #durable = 0
  /** The answer to `connect`, while it arrives. */
  #hello: HelloFrame | undefined
  #staged: RecordOp[] = []
  #isScheduled = false
  #isBusy = false
  readonly #waiters = new FlushWaiters(this.#pushes)

  constructor(options: ReplicaOptions = {}) {
    const { schema = {}, state, maxFrame, schedule = sendAtOnce } = options
    this.#schema = schema
    this.#listeners = new ReplicaListeners(options.onError ?? report)
    this.#records = new RebasedRecords(() => this.#pushes.operations(schema))
    this.#pipe = new FramePipe(maxFrame)
    this.#schedule = schedule
    this.#client = state?.client ?? options.client ?? globalThis.crypto.randomUUID()
    if (state) this.#restore(state)
  }

  get status(): ReplicaStatus {
    return this.#status
  }

  /** What the server lets this session do; an edit beyond it is taken back. */
  get access(): DocumentAccess {
    return this.#access
  }

  /** How many transactions are not known to be durable. */
  get pending(): number {
    return this.#pushes.all.length
  }

  get size(): number {
    return this.#records.size
  }

  get canUndo(): boolean {
    return this.#undo.canUndo
  }

  get canRedo(): boolean {
    return this.#undo.canRedo
  }

  /** The others who show something of themselves. */
  get presence(): readonly PresenceUser[] {
    return this.#presence.others()
  }

  /** A record as it looks, edits on their way included. It is not to be changed. */
  get(id: string): DocumentRecord | undefined {
    return this.#records.get(id)
  }

  /** All records, or those of one type. They are not to be changed. */
  records(type?: string): DocumentRecord[] {
    const all = [...this.#records.values()]
    return type === undefined ? all : all.filter((record) => record.type === type)
  }

  /** Listens; returns what ends it. */
  on<K extends keyof ReplicaEvents>(
    event: K,
    listener: (value: ReplicaEvents[K]) => void,
  ): () => void {
    return this.#listeners.on(event, listener)
  }

  /**
   * Edits the document: all of it or, when the work throws, nothing. It shows at once, and can be
   * taken back with `undo`.
   *
   * @throws what the work throws
   */
  transact<T>(work: (transaction: RecordsTransaction) => T, { group }: EditOptions = {}): T {
    if (this.#isBusy) throw new Error('A transaction cannot be begun inside another')
    const draft = new RecordDraft(this.#records)
    let result: T
    this.#isBusy = true
    try {
      result = workOn(draft, work)
    } finally {
      this.#isBusy = false
    }
    const steps = this.#edit(draft)
    if (steps.length > 0) this.#undo.did(steps, group)
    return result
  }

  /** Takes back what this replica did last, and nothing that others did. Returns whether it could. */
  undo(): boolean {
    const steps = this.#undo.undo()
    if (!steps) return false
    this.#undo.undid(this.#revert(steps))
    return true
  }

  /** Does again what was taken back last. Returns whether it could. */
  redo(): boolean {
    const steps = this.#undo.redo()
    if (!steps) return false
    this.#undo.redid(this.#revert(steps))
    return true
  }

  /** Shows something of the user to the others; `null` for nothing. */
  setPresence(state: JsonObject | null): void {
    this.#presence.own = state
    if (this.#status === 'synced') this.#pipe.write({ type: 'presence', state })
  }

  /** Done when the server has everything that was edited so far. Offline it waits. */
  flush(goal: FlushGoal = 'durable'): Promise<void> {
    return this.#waiters.wait(goal)
  }

  /** A socket is open: `send` writes a text to it. */
  opened(send: (text: string) => void): void {
    this.#pipe.open(send)
    this.#connect()
  }

  /** The socket is gone. */
  closed(): void {
    this.#pipe.close()
    this.#hello = undefined
    this.#presence.clear()
    this.#setStatus('offline')
    this.#listeners.emit('presence', [])
  }

  /**
   * Takes what the socket received: a text, or what it was parsed to. What makes no sense begins the
   * connection anew.
   */
  receive(received: string | object): void {
    if (!this.#pipe.isOpen) return
    try {
      this.#take(this.#pipe.read(received))
    } catch {
      this.#pipe.reset()
      this.#connect()
    }
  }

  /** What to keep through a reload, as JSON. */
  state(): ReplicaState {
    const cursor = this.#cursor && { cursor: this.#cursor }
    return { ...this.edits(), ...cursor, records: this.#records.base() }
  }

  /** The part of it that each edit changes. */
  edits(): ReplicaEdits {
    return {
      client: this.#client,
      schema: this.#schema,
      next: this.#pushes.next,
      pending: this.#pushes.all.map((push) => ({ ...push })),
    }
  }

  #restore({ schema, cursor, records, next, pending }: ReplicaState): void {
    // What is acked and newer than the records is not in them.
    this.#pushes.restore(next, pending, cursor?.clock ?? 0)
    // What another version knew, this one cannot show.
    if (!isSameSchema(schema, this.#schema)) return
    this.#cursor = cursor
    this.#records.replaceBase(records)
    this.#records.rebaseAll()
  }

  #edit(draft: RecordDraft): RecordStep[] {
    const ops = draft.net()
    if (ops.length === 0) return []
    const steps = ops.map((op) => {
      const id = idOf(op)
      return { id, before: draft.before(id), after: draft.get(id) }
    })
    this.#pushes.add(ops, this.#schema)
    this.#changed(this.#records.show(ops))
    this.#listeners.emit('pending', this.pending)
    this.#sendSoon()
    return steps
  }

  #revert(steps: readonly RecordStep[]): RecordStep[] {
    const draft = new RecordDraft(this.#records)
    for (const step of steps) {
      const current = draft.get(step.id)
      const reverted = revertRecord(current, step)
      if (diffRecord(current, reverted)) draft.set(step.id, reverted)
    }
    return this.#edit(draft)
  }

  #connect(): void {
    this.#hello = undefined
    this.#setStatus('connecting')
    this.#pipe.write({
      type: 'connect',
      wire: DOCUMENT_WIRE,
      client: this.#client,
      schema: this.#schema,
      ...(this.#cursor && { cursor: this.#cursor }),
    })
  }

  #take(frame: ServerFrame | undefined): void {
    switch (frame?.type) {
      case 'hello':
        this.#hello = frame
        this.#pipe.obey(frame)
        this.#staged = []
        return
      case 'records':
        for (const record of frame.put) this.#staged.push(['put', record])
        for (const id of frame.remove ?? []) this.#staged.push(['remove', id])
        return
      case 'synced':
        this.#synced(frame.durable)
        return
      case 'patch':
        if (this.#status === 'synced') this.#patched(frame)
        return
      case 'verdict':
        if (this.#status === 'synced') this.#judged(frame)
        return
      case 'durable':
        this.#durable = Math.max(this.#durable, frame.clock)
        this.#settle()
        return
      case 'presence':
        this.#presence.take(frame)
        this.#listeners.emit('presence', this.presence)
        return
      case 'access':
        this.#setAccess(frame.access)
        return
      case 'custom':
        this.#listeners.emit('custom', frame.data)
        return
      case 'error':
        this.#listeners.emit('error', frame.error)
        return
      default:
    }
  }

  #synced(durable: number): void {
    const hello = this.#hello
    if (!hello) return
    this.#hello = undefined
    if (hello.mode === 'full') this.#records.replaceBase([])
    this.#records.applyToBase(this.#staged)
    this.#staged = []
    this.#cursor = hello.cursor
    this.#durable = durable
    this.#pushes.reconnected(hello.pushed, hello.cursor.clock)
    this.#presence.begin(hello.user)
    this.#presence.own ??= hello.presence
    this.#changed(this.#records.rebaseAll())
    this.#setAccess(hello.access)
    this.#setStatus('synced')
    if (this.#presence.own) this.#pipe.write({ type: 'presence', state: this.#presence.own })
    this.#sendWaiting()
    this.#settle()
  }

  #patched({ clock, ops, epoch }: PatchFrame): void {
    this.#step(clock, epoch)
    this.#records.applyToBase(ops)
    this.#changed(this.#records.rebase(ops.map(idOf)))
  }

  #judged({ n, verdict, clock, ops, epoch, error }: VerdictFrame): void {
    const push = this.#pushes.sent(n)
    if (!push) throw new Error('A verdict on what was not sent')
    if (verdict === 'discard') this.#pushes.drop(push)
    else {
      this.#step(clock, epoch)
      this.#records.applyToBase(verdict === 'commit' ? push.ops : (ops ?? []))
      Object.assign(push, { state: 'acked', clock })
    }
    this.#changed(this.#records.rebase([...push.ops, ...(ops ?? [])].map(idOf)))
    if (error) this.#listeners.emit('rejected', { error, ops: push.ops })
    if (verdict === 'discard') this.#listeners.emit('pending', this.pending)
    this.#sendWaiting()
    this.#settle()
  }

  /** Every transaction is one step: a step that is missing would never be made good. */
  #step(clock: number, epoch: string | undefined): void {
    if (!this.#cursor || clock !== this.#cursor.clock + 1) throw new Error('A step is missing')
    this.#cursor = { epoch: epoch ?? this.#cursor.epoch, clock }
  }

  #settle(): void {
    if (this.#pushes.settle(this.#durable)) this.#listeners.emit('pending', this.pending)
    this.#waiters.settle()
  }

  #sendSoon(): void {
    if (this.#isScheduled || this.#status !== 'synced') return
    this.#isScheduled = true
    this.#schedule(() => {
      this.#isScheduled = false
      this.#sendWaiting()
    })
  }

  #sendWaiting(): void {
    if (this.#status !== 'synced') return
    for (const { n, ops, schema } of this.#pushes.take()) {
      const isOwn = isSameSchema(schema, this.#schema)
      if (this.#pipe.write({ type: 'push', n, ops, ...(!isOwn && { schema }) })) continue
      const error = { code: 413, message: 'Larger than the server takes' }
      this.#judged({ type: 'verdict', n, verdict: 'discard', clock: 0, error })
    }
  }

  #changed(ids: ReadonlySet<string>): void {
    if (ids.size > 0) this.#listeners.emit('change', ids)
  }

  #setStatus(status: ReplicaStatus): void {
    if (status === this.#status) return
    this.#status = status
    this.#listeners.emit('status', status)
  }

  #setAccess(access: DocumentAccess): void {
    if (access === this.#access) return
    this.#access = access
    this.#listeners.emit('access', access)
  }
}
