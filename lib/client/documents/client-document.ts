import type { DocumentAccess, PresenceUser } from '../../protocol/documents/document-frames.js'
import type { JsonObject, RecordSchema } from '../../protocol/documents/document-record.js'
import { Listeners } from '../listeners.js'
import { report } from '../platform.js'
import type { WsClient } from '../ws-client.js'
import { DocumentCarrier } from './document-carrier.js'
import { DocumentKeeper } from './document-keeper.js'
import { DocumentReplica } from './document-replica.js'
import type { DocumentStore } from './document-store.js'
import type { AnyFields, DocumentTransaction, RecordOf } from './document-types.js'
import type { ReplicaEvents, ReplicaStatus } from './replica-events.js'
import type { EditOptions, FlushGoal, ReplicaState } from './replica-options.js'
import { Throttle } from './throttle.js'

/** How a document stands: what is kept is being read, how far it is with the server, or it is over. */
export type DocumentStatus = 'loading' | ReplicaStatus | 'closed'

/** Why the server wants no more of a document. */
export interface DocumentClosed {
  /** As of a socket: 4401 and 4403 no access, 4404 no such document, 4426 the page is too old. */
  readonly code: number
  readonly reason: string
}

/** How a document is opened. */
export interface ClientDocumentOptions {
  /** Where it is kept through a reload. Default: nowhere. */
  readonly store?: DocumentStore
  /** The versions of the records that this code knows. Default: whatever the server has. */
  readonly schema?: RecordSchema
  /** Milliseconds that edits are gathered, and presence. Default: 50, which is 20 times a second. */
  readonly interval?: number
}

/** What a document tells of, beside what a replica does. */
export interface ClientDocumentEvents extends Omit<ReplicaEvents, 'status'> {
  status: DocumentStatus
}

const DEFAULT_INTERVAL = 50

/**
 * A document of records, as a client sees it: edits show at once, go to the server, and wait for it
 * while there is no connection.
 *
 * @typeParam F the fields of each type of record
 */
export class ClientDocument<F extends object = AnyFields> {
  readonly path: string
  /** Done when what was kept has been read, which is at once without a store. */
  readonly ready: Promise<void>
  readonly #client: WsClient
  readonly #options: ClientDocumentOptions
  readonly #onEnd: () => void
  readonly #listeners = new Map<string, Listeners<[never]>>()
  readonly #push: Throttle
  readonly #show: Throttle
  #replica: DocumentReplica
  #keeper: DocumentKeeper | undefined
  #carrier: DocumentCarrier | undefined
  #sendPushes: (() => void) | undefined
  #presence: JsonObject | null | undefined
  #isLoading = false
  #closed: DocumentClosed | undefined
  #isOver = false

  /** @internal use `client.document` */
  constructor(client: WsClient, path: string, options: ClientDocumentOptions, onEnd: () => void) {
    const { interval = DEFAULT_INTERVAL, store } = options
    this.path = path
    this.#client = client
    this.#options = options
    this.#onEnd = onEnd
    this.#push = new Throttle(interval, () => this.#sendPushes?.())
    this.#show = new Throttle(interval, () => this.#replica.setPresence(this.#presence ?? null))
    this.#replica = this.#createReplica()
    if (store) {
      this.#isLoading = true
      this.ready = this.#load(store)
    } else {
      this.#connect()
      this.ready = Promise.resolve()
    }
  }

  get status(): DocumentStatus {
    if (this.#closed || this.#isOver) return 'closed'
    return this.#isLoading ? 'loading' : this.#replica.status
  }

  /** Why the server closed it; `undefined` while it did not. */
  get closed(): DocumentClosed | undefined {
    return this.#closed
  }

  /** What the server lets this client do; an edit beyond it is taken back. */
  get access(): DocumentAccess {
    return this.#replica.access
  }

  /** How many transactions are not known to be safe. */
  get pending(): number {
    return this.#replica.pending
  }

  get size(): number {
    return this.#replica.size
  }

  get canUndo(): boolean {
    return this.#replica.canUndo
  }

  get canRedo(): boolean {
    return this.#replica.canRedo
  }

  /** The others who show something of themselves. */
  get presence(): readonly PresenceUser[] {
    return this.#replica.presence
  }

  /** A record as it looks, edits on their way included. It is not to be changed. */
  get(id: string): RecordOf<F> | undefined {
    return this.#replica.get(id) as RecordOf<F> | undefined
  }

  /** All records, or those of one type. They are not to be changed. */
  records(): RecordOf<F>[]
  records<T extends keyof F & string>(type: T): RecordOf<F, T>[]
  records(type?: string): unknown[] {
    return this.#replica.records(type)
  }

  /** Listens; returns what ends it. */
  on<K extends keyof ClientDocumentEvents>(
    event: K,
    listener: (value: ClientDocumentEvents[K]) => void,
  ): () => void {
    const listeners = this.#listeners.get(event) ?? new Listeners<[never]>(report)
    this.#listeners.set(event, listeners)
    return listeners.add(listener)
  }

  /** Hears of each change of records, with their ids; returns what ends it. */
  subscribe(listener: (ids: ReadonlySet<string>) => void): () => void {
    return this.on('change', listener)
  }

  /**
   * Edits the document: all of it or, when the work throws, nothing. It shows at once, and can be
   * taken back with `undo`.
   *
   * @throws what the work throws; an Error while the document is loading, and when it is closed
   */
  transact<T>(work: (transaction: DocumentTransaction<F>) => T, options?: EditOptions): T {
    this.#expectOpen()
    return this.#replica.transact(work as never, options)
  }

  /** Takes back what this client did last, and nothing that others did. Returns whether it could. */
  undo(): boolean {
    return this.status !== 'closed' && this.#replica.undo()
  }

  /** Does again what was taken back last. Returns whether it could. */
  redo(): boolean {
    return this.status !== 'closed' && this.#replica.redo()
  }

  /** Shows something of the user to the others; `null` for nothing. */
  setPresence(state: JsonObject | null): void {
    this.#presence = state
    this.#show.ask()
  }

  /** Done when the server has everything that was edited so far, or has it safe. Offline it waits. */
  async flush(goal: FlushGoal = 'durable'): Promise<void> {
    await this.ready
    this.#push.runNow()
    return this.#replica.flush(goal)
  }

  /** Leaves the document. What is kept stays kept, with edits that have not reached the server. */
  async close(): Promise<void> {
    if (this.#isOver) return
    this.#show.stop()
    this.#push.runNow()
    this.#carrier?.close()
    this.#isOver = true
    this.#onEnd()
    this.#emit('status', 'closed')
    await this.ready
    await this.#keeper?.close()
  }

  /** Leaves the document, and forgets what was kept of it: edits, too. */
  async forget(): Promise<void> {
    await this.ready
    await this.#keeper?.remove()
    await this.close()
  }

  async #load(store: DocumentStore): Promise<void> {
    try {
      const kept = await store.open(this.path)
      if (kept.state) this.#replica = this.#createReplica(kept.state)
      this.#keeper = new DocumentKeeper(kept, () => this.#replica)
    } catch (error) {
      // A browser that keeps nothing shows the document all the same.
      report(error)
    }
    this.#isLoading = false
    if (this.#isOver) return
    const ids = new Set(this.#replica.records().map(({ id }) => id))
    if (ids.size > 0) this.#emit('change', ids)
    this.#emit('status', this.status)
    this.#connect()
  }

  #createReplica(state?: ReplicaState): DocumentReplica {
    const { schema } = this.#options
    const replica = new DocumentReplica({
      ...(schema && { schema }),
      ...(state && { state }),
      schedule: (send) => {
        this.#sendPushes = send
        this.#push.ask()
      },
    })
    const passed = [
      'change',
      'access',
      'presence',
      'rejected',
      'custom',
      'error',
      'pending',
    ] as const
    for (const event of passed) {
      replica.on(event, (value) => {
        if (event === 'change') this.#keeper?.changed()
        if (event === 'pending') this.#keeper?.edited()
        this.#emit(event, value)
      })
    }
    replica.on('rejected', ({ ops }) => this.#keeper?.refused(ops))
    replica.on('status', (status) => {
      if (status === 'synced') this.#keeper?.changed()
      if (!this.#isOver) this.#emit('status', status)
    })
    return replica
  }

  #connect(): void {
    this.#carrier = new DocumentCarrier(this.#client, this.path, {
      opened: (send) => this.#replica.opened(send),
      received: (frame) => this.#replica.receive(frame),
      lost: () => this.#replica.closed(),
      refused: (closed) => {
        this.#closed = closed
        this.#emit('status', 'closed')
      },
    })
  }

  #emit<K extends keyof ClientDocumentEvents>(event: K, value: ClientDocumentEvents[K]): void {
    this.#listeners.get(event)?.emit(value as never)
  }

  #expectOpen(): void {
    const { status } = this
    if (status === 'loading') throw new Error('The document is still loading: wait for `ready`')
    if (status === 'closed') throw new Error('The document is closed')
  }
}
