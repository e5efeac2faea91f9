import type { JsonValue } from '../protocol/documents/document-record.js'
import type { DocumentEngine } from './document-engine.js'
import type { DocumentRoom, ItemOf, SnapshotOf, TransactionOf } from './document-room.js'
import type { SessionInfo } from './document-session.js'
import type { Access } from './room-options.js'

/** A session, as every process knows it. */
export type SessionSummary = Pick<SessionInfo, 'id' | 'user' | 'access'>

/**
 * A document, wherever it is: in this process, or in the one that owns it. It stays of use when the
 * document closes and is opened again, and when it changes hands.
 *
 * All of its methods reject with a `WsError` 503 when the owner is out of reach for longer than it takes
 * another process to become it, or when the app closes.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any engine: its types are inferred
export interface DocumentHandle<E extends DocumentEngine<any, any, any> = DocumentEngine> {
  readonly path: string
  /** The room itself, when the document is open in this process. */
  readonly room: DocumentRoom<E> | undefined
  /**
   * Changes the document: all of it or, when the work throws, nothing. In another process than the owner's,
   * the work may run several times: others may have changed what it read.
   *
   * @returns what the work returns, once the document is changed; {@link flush} tells when that is safe
   * @throws what the work throws; WsError 409 when what it reads keeps changing; UnknownOutcomeError when the
   * owner was lost, and whether it was done cannot be found out
   */
  transact<T>(work: (transaction: TransactionOf<E>) => T): Promise<T>
  /** A copy of one item of the document. */
  get(id: string): Promise<ItemOf<E> | undefined>
  /** The document as it is now, as JSON. */
  snapshot(): Promise<SnapshotOf<E>>
  /**
   * Makes the document what it was. It is a transaction: sessions are told, and the clock goes on.
   *
   * @throws UnknownOutcomeError when the owner was lost meanwhile
   */
  loadSnapshot(snapshot: SnapshotOf<E>): Promise<void>
  /**
   * Done when everything as of now is durable.
   *
   * @throws what the storage rejects with; ChangesLostError when what was changed by this handle is not there
   * any more, since the owner was lost before it was durable
   */
  flush(): Promise<void>
  /** The sessions that are there, in all processes. */
  sessions(): Promise<SessionSummary[]>
  /**
   * Closes a session.
   *
   * @param reason default: the client connects again; with a reason it does not
   */
  closeSession(sessionId: string, reason?: string): Promise<void>
  /** Changes what a session may do; `none` closes it. Returns whether the session is there. */
  setAccess(sessionId: string, access: Access): Promise<boolean>
  /**
   * Sends something of the application's own. Returns whether the session is there.
   *
   * @throws UnknownOutcomeError when the owner was lost meanwhile
   */
  sendTo(sessionId: string, data: JsonValue): Promise<boolean>
}
