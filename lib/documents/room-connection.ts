import { isPromise, type MaybePromise } from '../async/maybe-promise.js'
import { WsError } from '../errors/ws-error.js'
import { CLOSE_CODES, truncateReason } from '../protocol/close-codes.js'
import { errorBody } from './document-session.js'
import type { ArrivedFrame } from './read-session-frame.js'
import type { Access, Admission, PendingAdmission } from './room-options.js'

/** What may wait for a document to be opened: frames, and their length. */
const MAX_WAITING = 64
const MAX_WAITING_LENGTH = 256 * 1024

/** What a room says, too. */
const NO_ACCESS = 'No access to the document'

/** What a connection needs of a room. */
export interface EnteredRoom {
  connect(admission: Admission): unknown
  receive(sessionId: string, frame: ArrivedFrame, socket: Admission['socket']): void
  disconnect(sessionId: string, socket: Admission['socket']): void
  setAccess(sessionId: string, access: Access, socket: Admission['socket']): unknown
}

/** One socket on its way into a document, and in it. Hand it what the socket receives. */
export class RoomConnection {
  readonly #admission: PendingAdmission
  readonly #onSettled: () => void
  #waiting: ArrivedFrame[] = []
  #length = 0
  #room: EnteredRoom | undefined
  /** What the session may do, as soon as that is known. */
  #access: Access | undefined
  #isOver = false

  /** @internal */
  constructor(admission: PendingAdmission, onSettled: () => void) {
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

  /** Changes what the session may do, also while the document is being opened; `none` closes it. */
  setAccess(access: Access): void {
    if (this.#isOver) return
    this.#access = access
    const { sessionId, socket } = this.#admission
    if (this.#room) this.#room.setAccess(sessionId, access, socket)
    else if (access === 'none') this.close(CLOSE_CODES.FORBIDDEN, NO_ACCESS)
  }

  /**
   * Waits until it is known what the session may do.
   *
   * @returns whether it may do anything, and still wants to
   * @internal
   */
  admitted(): MaybePromise<boolean> {
    const { access } = this.#admission
    if (!isPromise(access)) return this.#admit(access)
    return Promise.resolve(access).then((answer) => this.#admit(answer))
  }

  /** @internal */
  enter(room: EnteredRoom): void {
    if (this.#isOver) return
    this.#onSettled()
    this.#room = room
    const { sessionId, socket } = this.#admission
    if (room.connect({ ...this.#admission, access: this.#access ?? 'none' }) === undefined) return
    for (const frame of this.#waiting.splice(0)) room.receive(sessionId, frame, socket)
  }

  /** @internal */
  refuse(error: unknown): void {
    if (this.#isOver) return
    const told =
      error instanceof WsError ? error : new WsError(503, 'The document cannot be opened')
    this.#tell(told)
    this.close(closeCodeOf(told.code), told.message)
  }

  /** @internal */
  close(code: number, reason: string): void {
    if (this.#isOver) return
    this.#settle()
    const { sessionId, socket } = this.#admission
    this.#room?.disconnect(sessionId, socket)
    try {
      socket.close(code, truncateReason(reason))
    } catch {
      // It is closed already.
    }
  }

  #admit(access: Access): boolean {
    // Who has been asked again meanwhile has the later answer.
    if (this.#access === undefined) this.setAccess(access)
    return !this.#isOver
  }

  #tell(told: WsError): void {
    const { socket } = this.#admission
    if (socket.isRaw) return
    try {
      socket.send(JSON.stringify({ type: 'error', error: errorBody(told) }))
    } catch {
      // The close says it too.
    }
  }

  #settle(): void {
    this.#isOver = true
    this.#waiting = []
    this.#onSettled()
  }
}

/** How a socket is closed whose document could not be opened. */
function closeCodeOf(code: number): number {
  if (code === 401) return CLOSE_CODES.UNAUTHORIZED
  if (code === 403) return CLOSE_CODES.FORBIDDEN
  const isFinal = code >= 400 && code < 500 && code !== 408 && code !== 429
  return isFinal ? CLOSE_CODES.PROTOCOL_VIOLATION : CLOSE_CODES.TRY_AGAIN_LATER
}

function lengthOf(frame: ArrivedFrame): number {
  const isMeasured = typeof frame === 'string' || frame instanceof Uint8Array
  return isMeasured ? frame.length : JSON.stringify(frame).length
}
