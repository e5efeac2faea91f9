import type { ClientFrame } from '../protocol/documents/document-frames.js'
import type { JsonObject } from '../protocol/documents/document-record.js'
import type { DocumentSession } from './document-session.js'
import type { StoredDocument } from './storage/document-storage.js'

/** What happened in one transaction. */
export interface DocumentChange<Ops = unknown> {
  readonly clock: number
  readonly ops: Ops
  /** The session that pushed it; left out for the server's own. */
  readonly sessionId?: string
}

/** What an engine gets from its room. */
export interface EngineHost {
  sessions(): Iterable<DocumentSession>
  /** Hands a transaction to the storage. */
  persist(clock: number, change: Uint8Array): void
  /** Up to which clock changes are durable; without a storage, all there will ever be. */
  durable(): number
  /** Runs the hooks of a change, when every session has been told. */
  changed(change: DocumentChange, session: DocumentSession | undefined): void
  /** What the user of a session last showed, when it is still known. */
  presenceOf(session: DocumentSession): JsonObject | undefined
  /** A session has everything: tells it who is there. */
  entered(session: DocumentSession): void
  /** Ends a session, for good when the code is a 4xxx. */
  close(session: DocumentSession, code: number, reason: string): void
  /** Reports what is no client's fault. */
  report(error: unknown, session: DocumentSession | undefined): void
}

/**
 * What is special about one kind of document: how edits merge, and how they travel. Everything else,
 * from admission to storage, is the room's.
 *
 * @typeParam Item what `get` returns
 * @typeParam Transaction what `transact` hands out
 * @typeParam Snapshot the whole document at one moment, as JSON
 */
export interface DocumentEngine<Item = unknown, Transaction = unknown, Snapshot = unknown> {
  /** One step for every transaction that wrote something. */
  readonly clock: number
  /** Called once, after `restore` and before anything else. */
  attach(host: EngineHost): void
  /**
   * Takes over what a storage had, before the first session.
   *
   * @throws DocumentStorageError when it cannot be read
   */
  restore(stored: StoredDocument): void
  /** Changes up to a clock have become durable. */
  onDurable(clock: number): void
  /** Handles a frame that has been checked. What it throws goes to this session alone. */
  receive(session: DocumentSession, frame: ClientFrame): void
  /** What is needed to go on with a session in another process, as JSON; `undefined` before it began. */
  sessionState(session: DocumentSession): unknown
  /** Goes on with a session: sends what it missed. */
  resume(session: DocumentSession, state: unknown): void
  /** A copy. */
  get(id: string): Item | undefined
  /** All or nothing, in one turn. */
  transact<T>(work: (transaction: Transaction) => T): T
  snapshot(): Snapshot
  /** Makes the document what it was; sessions are told what that changes. */
  loadSnapshot(snapshot: Snapshot): void
  /** The snapshot as a storage keeps it. */
  encode(): Uint8Array
}
