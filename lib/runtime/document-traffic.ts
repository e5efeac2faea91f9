import type { DocumentRoom } from '../documents/document-room.js'
import type { WsFrame } from '../protocol/codec.js'
import type { WsMessage } from '../protocol/records.js'
import type { LiveConnection } from './live-connection.js'

/** The documents of an app, as what runs per message sees them. */
export interface DocumentTraffic {
  /**
   * A client sent something to a document.
   *
   * @throws WsError 400, 404 or 409: nothing has come of it then
   */
  take(connection: LiveConnection, message: WsMessage): void
  /** Whether some documents have connections of their own. */
  readonly hasOwn: boolean
  /** A connection is about to open; it is a document's own when the path is one's. */
  opening(connection: LiveConnection, path: string): void
  /** Whether a connection is a document's own. */
  isOwn(connection: LiveConnection): boolean
  /** A frame came. Returns whether it was for a document that the connection is the own one of. */
  takeRaw(connection: LiveConnection, frame: WsFrame): boolean
  /** The session of a connection was replaced: its documents are asked for anew. Never rejects. */
  askAgain(connection: LiveConnection): Promise<void>
  /** @throws WsError 400, 404 or 503, and what the storage rejects with */
  open(path: string): Promise<DocumentRoom>
  /** The document of a path, when it is open. */
  get(path: string): DocumentRoom | undefined
  /**
   * Closes all: sessions first, then documents are brought to their storages.
   *
   * @throws AggregateError with what storages rejected with
   */
  closeAll(): Promise<void>
}
