import { isServerFault, WsError } from '../errors/ws-error.js'
import { truncateReason } from '../protocol/close-codes.js'
import { exceedsBytes } from '../protocol/byte-length.js'
import { Reassembly, splitFrame } from '../protocol/documents/chunks.js'
import type { DocumentAccess, ServerFrame } from '../protocol/documents/document-frames.js'
import type { WsErrorBody } from '../protocol/records.js'
import type { DocumentSocket } from './document-socket.js'
import type { DocumentTimers } from './document-timers.js'
import { Outbox } from './outbox.js'

/** What an application knows of a session. */
export interface SessionInfo {
  readonly id: string
  /** Sessions of one user share their presence. Default: the id. */
  readonly user: string
  readonly access: DocumentAccess
  /** What the application gave with `connect`. */
  readonly meta: unknown
}

/** Gives frames a form of its own. */
export interface FrameEncoder {
  /** The form of a frame of the room: access, error, custom; `undefined` where there is none. */
  encode(frame: ServerFrame): string | Uint8Array | undefined
}

/** What a room does for its sessions. */
export interface SessionHost {
  readonly timers: DocumentTimers
  /** The largest frame that is sent in one, in bytes. */
  readonly maxFrame: number
  /** The largest frame that is received in parts, in UTF-16 units. */
  readonly maxMessage: number
  /** The wire of the engine, where it has one of its own. */
  readonly wire: FrameEncoder | undefined
  beforeSend(session: SessionInfo, frame: string | Uint8Array): void
  /** The socket is of no use any more. */
  onLost(session: DocumentSession, error: unknown): void
}

/** What a session starts with. */
export interface SessionStart {
  readonly id: string
  readonly user: string
  readonly access: DocumentAccess
  readonly meta: unknown
  readonly socket: DocumentSocket
}

/**
 * One socket in a room. A newer socket of the same session gets an object of its own: what still
 * arrives from the old one cannot reach it.
 */
export class DocumentSession implements SessionInfo {
  readonly id: string
  readonly user: string
  readonly meta: unknown
  readonly socket: DocumentSocket
  readonly reassembly: Reassembly
  access: DocumentAccess
  /** What the engine keeps of the session. */
  state: unknown
  /** Frames that could not be taken. */
  faults = 0
  #isOpen = true
  readonly #outbox: Outbox

  constructor(
    { id, user, access, meta, socket }: SessionStart,
    private readonly host: SessionHost,
  ) {
    this.id = id
    this.user = user
    this.access = access
    this.meta = meta
    this.socket = socket
    this.reassembly = new Reassembly(host.maxMessage)
    this.#outbox = new Outbox(socket, host.timers, {
      onFailure: (error) => host.onLost(this, error),
      onOverflow: () => host.onLost(this, new WsError(503, 'The client reads too slowly')),
    })
  }

  /** What it takes, as its client is told. */
  get limits(): Pick<SessionHost, 'maxFrame' | 'maxMessage'> {
    const { maxFrame, maxMessage } = this.host
    return { maxFrame, maxMessage }
  }

  /** Whether frames can be sent. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Sends a frame. */
  send(frame: ServerFrame): void {
    const { wire } = this.host
    if (!wire) {
      this.sendText(JSON.stringify(frame))
      return
    }
    const encoded = wire.encode(frame)
    if (encoded !== undefined) this.sendRaw(encoded)
  }

  /** Sends a frame that has been written already, in chunks when it is large. */
  sendText(text: string): void {
    if (!this.#isOpen) return
    this.host.beforeSend(this, text)
    if (!exceedsBytes(text, this.host.maxFrame)) this.#outbox.send(text)
    else for (const part of splitFrame(text, this.host.maxFrame)) this.#outbox.send(part)
  }

  /** Sends a frame of the engine's own wire, as it is. */
  sendRaw(frame: string | Uint8Array): void {
    if (!this.#isOpen) return
    this.host.beforeSend(this, frame)
    this.#outbox.send(frame)
  }

  /** Sends frames, written already, that are made as the socket takes them. */
  stream(texts: Iterable<string>): void {
    if (this.#isOpen) this.#outbox.stream(this.#partsOf(texts))
  }

  /** Tells the client what went wrong. Only a `WsError` says more than that something did. */
  sendError(error: unknown): void {
    this.send({ type: 'error', error: errorBody(error) })
  }

  /** Closes the socket. Nothing is sent any more. */
  close(code: number, reason: string): void {
    if (!this.#isOpen) return
    this.end()
    try {
      this.socket.close(code, truncateReason(reason))
    } catch {
      // It is closed already, which is what was wanted.
    }
  }

  /** Forgets the socket, which has closed. */
  end(): void {
    this.#isOpen = false
    this.#outbox.close()
    this.reassembly.reset()
  }

  *#partsOf(texts: Iterable<string>): Generator<string> {
    for (const text of texts) {
      this.host.beforeSend(this, text)
      yield* splitFrame(text, this.host.maxFrame)
    }
  }
}

/** What a client is told of an error: of one that is no `WsError`, nothing. */
export function errorBody(error: unknown): WsErrorBody {
  if (!(error instanceof WsError)) return { code: 500, message: 'Internal Error' }
  const { code, message, details } = error
  return details === undefined ? { code, message } : { code, message, details }
}

/** Whether an error is the server's, and to be reported; the others answer what a client did. */
export function isReportable(error: unknown): boolean {
  return !(error instanceof WsError) || isServerFault(error.code)
}
