import { CLOSE_CODES } from '../protocol/close-codes.js'
import type { WsFrame } from '../protocol/codec.js'
import { Dispatcher, type DispatcherParts } from './dispatcher.js'
import type { DocumentTraffic } from './document-traffic.js'
import type { LiveConnection } from './live-connection.js'

/** The dispatcher of an app where some connections are a document's own: their frames are no messages. */
export class DocumentDispatcher extends Dispatcher {
  readonly #documents: DocumentTraffic

  constructor(parts: DispatcherParts, documents: DocumentTraffic) {
    super(parts)
    this.#documents = documents
  }

  override handle(connection: LiveConnection, frame: WsFrame): void {
    if (!this.#documents.takeRaw(connection, frame)) super.handle(connection, frame)
  }

  override countMessage(connection: LiveConnection, frame?: WsFrame): boolean {
    if (frame === undefined || !this.#documents.isOwn(connection)) {
      return super.countMessage(connection, frame)
    }
    // Without the frame: what refuses a message would be none of the document's frames.
    if (super.countMessage(connection)) return true
    // One that is left out is missed for good: the client has to connect again, and asks for all.
    connection.evict(CLOSE_CODES.TRY_AGAIN_LATER, 'Rate limit')
    return false
  }
}
