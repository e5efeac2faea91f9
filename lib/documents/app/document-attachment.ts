import type { Params } from '../../routing/params.js'
import type { LiveConnection } from '../../runtime/live-connection.js'
import type { DocumentSocket } from '../document-socket.js'
import type { ArrivedFrame } from '../read-session-frame.js'
import type { RoomConnection } from '../room-connection.js'
import type { Access } from '../room-options.js'
import type { DocumentDefinition } from './document-definition.js'

/** What a connection's way into a document is made of. */
export interface AttachmentParts {
  readonly connection: LiveConnection
  readonly path: string
  readonly params: Params
  readonly definition: DocumentDefinition
  /** Bytes that may wait for the connection before the document waits, too. */
  readonly highWaterMark: number
  /** Whether the connection reads the engine's own frames. */
  readonly isRaw?: boolean
  /** Writes a frame of the document to the connection. */
  readonly write: (frame: string | Uint8Array) => void
  /** Tells the client that its session is over. */
  readonly tellClosed: (code: number, reason: string) => void
  /** The session is over, whoever ended it. */
  readonly onEnd: (attachment: DocumentAttachment) => void
}

/** One connection in one document: a socket for its room, which goes through the connection's own. */
export class DocumentAttachment implements DocumentSocket {
  readonly path: string
  readonly params: Params
  readonly connection: LiveConnection
  readonly definition: DocumentDefinition
  readonly highWaterMark: number
  readonly isRaw: boolean
  /** Counts how often it was asked what the session may do: the last answer holds. */
  asked = 0
  readonly #parts: AttachmentParts
  #inner: RoomConnection | undefined
  #isOver = false

  constructor(parts: AttachmentParts) {
    this.#parts = parts
    this.path = parts.path
    this.params = parts.params
    this.connection = parts.connection
    this.definition = parts.definition
    this.highWaterMark = parts.highWaterMark
    this.isRaw = parts.isRaw ?? false
  }

  get bufferedAmount(): number {
    return this.connection.bufferedAmount
  }

  /** Goes in. */
  begin(enter: (socket: DocumentSocket) => RoomConnection): void {
    this.#inner = enter(this)
  }

  receive(frame: ArrivedFrame): void {
    this.#inner?.receive(frame)
  }

  setAccess(access: Access): void {
    this.#inner?.setAccess(access)
  }

  /** Closes the session with what was thrown when it was asked what it may do. */
  refuse(error: unknown): void {
    this.#inner?.refuse(error)
  }

  /** The connection has closed, or wants no more of the document. */
  leave(): void {
    if (this.#isOver) return
    this.#end()
    this.#inner?.disconnect()
  }

  send(frame: string | Uint8Array): void {
    if (!this.#isOver) this.#parts.write(frame)
  }

  close(code = 1000, reason = ''): void {
    if (this.#isOver) return
    this.#end()
    this.#parts.tellClosed(code, reason)
  }

  #end(): void {
    this.#isOver = true
    this.#parts.onEnd(this)
  }
}
