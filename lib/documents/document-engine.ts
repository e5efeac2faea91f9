import type { ClientFrame } from '../protocol/documents/document-frames.js'
import type { JsonObject, JsonValue } from '../protocol/documents/document-record.js'
import type { DocumentSession, FrameEncoder } from './document-session.js'
import type { StoredDocument } from './storage/document-storage.js'
import type { WsBroadcastTransport } from '../transports/broadcast-transport.js'
import type { WriteRule } from './write-rule.js'

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
  /** Whether there is a storage: without one nothing has to be written for it. */
  readonly isStored: boolean
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
 * Frames of an engine's own, in the place of the JSON texts that rooms speak by themselves. With it
 * the room reads nothing of what arrives and splits nothing of what goes out.
 */
export interface DocumentWire extends FrameEncoder {
  /**
   * Takes what a session sent. What it throws is told to this session alone, as far as `encode` has a
   * form for it, and counts as a frame that is none.
   */
  receive(session: DocumentSession, frame: string | Uint8Array): void
}

/** The owner's part of what other processes do to a document. */
export interface DistantSide {
  /**
   * Answers what the {@link DistantDocument} of another process asks.
   *
   * @throws WsError, which is thrown there, too
   */
  answer(question: JsonValue): JsonValue
  /** The present place in the history of the document. */
  mark(): JsonValue
  /** Whether a place is in the history of the document: it may have been lost with a former owner. */
  holds(mark: JsonValue): boolean
}

/** Asks the owner of a document; rejects with an `OwnerGoneError` when there is no answer. */
export type AskOwner = (question: JsonValue) => Promise<JsonValue>

/** A transaction on a document of another process. */
export interface DistantTransaction<T> {
  /** Whether the owner was asked to do it, and has not answered. */
  readonly isUnsettled: boolean
  /**
   * Does it once, however often it is called: it may be again, with another way to ask, after the one before
   * had no answer.
   *
   * @throws what the work throws; WsError 409 when what it reads keeps changing
   */
  run(ask: AskOwner): Promise<{ readonly result: T; readonly mark: JsonValue }>
}

/** What a process that does not own a document knows of it. It is asked for one transaction at a time. */
export interface DistantDocument<Transaction = unknown> {
  begin<T>(work: (transaction: Transaction) => T): DistantTransaction<T>
}

/** Who works on documents of other processes. */
export interface DistantAuthor {
  /** A text of its own. */
  readonly client: string
  /** Numbers what it does, in order. */
  next(): number
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
  /** Left out by engines that speak the frames of the room. */
  readonly wire?: DocumentWire
  /** Left out by engines whose documents only the process works on that has them. */
  readonly distant?: DistantSide
  /** A session has come, and may be sent to. */
  connected?(session: DocumentSession): void
  /** A session has gone. Not called when the whole room closes. */
  disconnected?(session: DocumentSession): void
  /** A session may do something else from now on. */
  accessChanged?(session: DocumentSession): void
  /** The room has closed: the sockets are, the last save is still to come. */
  closed?(): void | Promise<void>
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
  /**
   * Handles a frame that has been checked; never called where there is a `wire`. What it throws goes
   * to this session alone.
   */
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
  /**
   * Takes what is stored by now, and returns the snapshot with it: for documents that several
   * processes write. Left out where one process owns a document.
   *
   * @throws DocumentStorageError when it cannot be read
   */
  merge?(stored: StoredDocument): Uint8Array
}

/** What `@Document` tells an engine of the document that it is for. */
export interface DocumentPlan {
  /** As the storage knows it: `/board/7`. */
  readonly path: string
  /** Of the pattern, decoded. */
  readonly params: Readonly<Record<string, string>>
  /** What `@CanWrite` methods say, by the name that they were given. */
  readonly canWrite: Readonly<Record<string, WriteRule>>
  /** The broadcast transport of the app, where it has one. */
  readonly transport: WsBroadcastTransport | undefined
}

/** What the option `engine` of `@Document` takes: it makes the engine of each document. */
export interface DocumentEngines<E extends DocumentEngine = DocumentEngine> {
  /**
   * `messages`: its frames travel as `$document` between the messages of a connection. `socket`: a
   * client opens a WebSocket on the document's path, and all its frames are the engine's.
   */
  readonly carrier: 'messages' | 'socket'
  /** What `@CanWrite` may name. Left out where there are no records to decide over. */
  readonly types?: readonly string[]
  create(plan: DocumentPlan): E
  /** For documents of other processes; left out together with {@link DocumentEngine.distant}. */
  distant?(author: DistantAuthor): DistantDocument
}
