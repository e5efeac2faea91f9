import { WsError } from '../errors/ws-error.js'
import { CLOSE_CODES, truncateReason } from '../protocol/close-codes.js'
import { errorBody } from './document-session.js'
import type { ArrivedFrame } from './read-session-frame.js'
import type { Admission } from './room-options.js'

/** What may wait for a document to be opened: frames, and their length. */
const MAX_WAITING = 64
const MAX_WAITING_LENGTH = 256 * 1024

/** What a connection needs of a room. */
export interface EnteredRoom {
  connect(admission: Admission): unknown
  receive(sessionId: string, frame: ArrivedFrame, socket: Admission['socket']): void
  disconnect(sessionId: string, socket: Admission['socket']): void
}

/** One socket on its way into a document, and in it. Hand it what the socket receives. */
export class RoomConnection {
  readonly #admission: Admission
  readonly #onSettled: () => void
  #waiting: ArrivedFrame[] = []
  #length = 0
  #room: EnteredRoom | undefined
  #isOver = false

  /** @internal */
  constructor(admission: Admission, onSettled: () => void) {
    this.#admission = admission
    this.#onSettled = onSettled
  }

  /** Takes a frame; before the document is open it waits. */
  receive(frame: ArrivedFrame): void {
    if (this.#isOver) return
    const { sessionId, socket } = this.#admission
    if (this.#room) {
      this.#room.receive(sessionId, frame, socket)
      return
    }
    this.#length += lengthOf(frame)
    if (this.#waiting.length === MAX_WAITING || this.#length > MAX_WAITING_LENGTH) {
      this.close(CLOSE_CODES.PROTOCOL_VIOLATION, 'Too much before the document was open')
      return
    }
    this.#waiting.push(frame)
  }

  /** The socket has closed. A document that is still being opened hears nothing of it. */
  disconnect(): void {
    if (this.#isOver) return
    this.#settle()
    const { sessionId, socket } = this.#admission
    this.#room?.disconnect(sessionId, socket)
  }

  /** @internal */
  enter(room: EnteredRoom): void {
    if (this.#isOver) return
    this.#onSettled()
    this.#room = room
    const { sessionId, socket } = this.#admission
    if (room.connect(this.#admission) === undefined) return
    for (const frame of this.#waiting.splice(0)) room.receive(sessionId, frame, socket)
  }

  /** @internal */
  refuse(error: unknown): void {
    if (this.#isOver) return
    const told =
      error instanceof WsError ? error : new WsError(503, 'The document cannot be opened')
    try {
      this.#admission.socket.send(JSON.stringify({ type: 'error', error: errorBody(told) }))
    } catch {
      // The close says it too.
    }
    const isFinal = told.code >= 400 && told.code < 500
    this.close(isFinal ? CLOSE_CODES.PROTOCOL_VIOLATION : CLOSE_CODES.TRY_AGAIN_LATER, told.message)
  }

  /** @internal */
  close(code: number, reason: string): void {
    if (this.#isOver) return
    this.#settle()
    try {
      this.#admission.socket.close(code, truncateReason(reason))
    } catch {
      // It is closed already.
    }
  }

  #settle(): void {
    this.#isOver = true
    this.#waiting = []
    this.#onSettled()
  }
}

function lengthOf(frame: ArrivedFrame): number {
  const isMeasured = typeof frame === 'string' || frame instanceof Uint8Array
  return isMeasured ? frame.length : JSON.stringify(frame).length
}
