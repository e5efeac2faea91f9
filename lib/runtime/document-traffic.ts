import type { DocumentHandle } from '../documents/document-handle.js'
import type { DocumentRoom } from '../documents/document-room.js'
import type { WsFrame } from '../protocol/codec.js'
import type { WsMessage } from '../protocol/records.js'
import type { LiveConnection } from './live-connection.js'
import type { SocketConnection } from './socket-connection.js'

/** Documents with sockets of their own, as what accepts sockets sees them. */
export interface DocumentSocketTraffic {
  /** The patterns of their paths, and the largest frame a client may send to one, in bytes. */
  readonly routes: readonly { readonly pattern: string; readonly maxPayload: number }[]
  /** The parameters of a path, when it is that of such a document. */
  match(path: string): Readonly<Record<string, string>> | undefined
  /** Lets a connection into the document of its path, which is opened if it has to be. */
  enter(connection: SocketConnection): void
  /** A frame came. */
  receive(connection: SocketConnection, frame: WsFrame): void
}

/** The documents of an app, as what runs per message sees them. */
export interface DocumentTraffic {
  /**
   * A client sent something to a document.
   *
   * @throws WsError 400, 404 or 409: nothing has come of it then
   */
  take(connection: LiveConnection, message: WsMessage): void
  /** Documents that clients reach by sockets of their own; absent when there are none. */
  readonly sockets: DocumentSocketTraffic | undefined
  /** The session of a connection was replaced: its documents are asked for anew. Never rejects. */
  askAgain(connection: LiveConnection): Promise<void>
  /**
   * The document of a path, wherever it is.
   *
   * @throws WsError 400, 404 or 503, and what the storage rejects with
   */
  open(path: string): Promise<DocumentHandle>
  /** The same, in this process; rejects with an `ElsewhereError` where another one owns it. */
  openHere(path: string): Promise<DocumentRoom>
  /** The document of a path, when it is open. */
  get(path: string): DocumentRoom | undefined
  /**
   * Closes all: sessions first, then documents are brought to their storages.
   *
   * @throws AggregateError with what storages rejected with
   */
  closeAll(): Promise<void>
}
