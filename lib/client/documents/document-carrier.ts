import { exceedsDepth } from '../../protocol/depth.js'
import { splitFrame } from '../../protocol/documents/chunks.js'
import { MAX_CARRIED, type ClosedFrame } from '../../protocol/documents/carried-frames.js'
import type { HelloFrame, SyncedFrame } from '../../protocol/documents/document-frames.js'
import { DOCUMENT_EVENT, RESERVED_PUSH } from '../../protocol/reserved-events.js'
import { backOff } from '../back-off.js'
import type { WsClient } from '../ws-client.js'

/** What a carrier tells of. */
export interface CarrierEvents {
  /** Frames can be sent. */
  opened(send: (text: string) => void): void
  received(frame: object): void
  /** No frames can be sent any more. */
  lost(): void
  /** The server wants no more of it: it is not tried again. */
  refused(closed: { readonly code: number; readonly reason: string }): void
}

/** How much is gathered into one message, in UTF-16 units; less where the server takes less. */
const MAX_GATHERED = 16 * 1024

/** Deeper frames go as texts: servers take messages of 32 levels. */
const MAX_DEPTH = 16

/** Carries the frames of one document over a client's connection, through all its losses. */
export class DocumentCarrier {
  readonly #client: WsClient
  readonly #path: string
  readonly #events: CarrierEvents
  readonly #off: (() => void)[]
  /** Bytes that the server takes in one frame, as it says. */
  #maxFrame = Infinity
  /** What is sent in this turn, and its length. */
  #data: unknown[] = []
  #length = 0
  #isOpen = false
  #failures = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(client: WsClient, path: string, events: CarrierEvents) {
    this.#client = client
    this.#path = path
    this.#events = events
    this.#off = [
      client.on(DOCUMENT_EVENT, path, (data) => this.#receive(data)),
      client.on(RESERVED_PUSH.ERROR, path, (data) => this.#failed(data)),
      client.onStatus((status) => (status === 'open' ? this.#open() : this.#lose())),
    ]
    if (client.status === 'open') this.#open()
  }

  /** Wants no more of the document. */
  close(): void {
    for (const off of this.#off) off()
    this.flush()
    if (this.#isOpen) this.#client.send(DOCUMENT_EVENT, this.#path, { type: 'leave' })
    this.#lose()
  }

  /** Hands what waits for the end of the turn to the connection. */
  flush(): void {
    const data = this.#data
    this.#data = []
    this.#length = 0
    if (data.length === 0 || !this.#isOpen) return
    const frames = data.length === 1 ? data[0] : data
    if (this.#client.send(DOCUMENT_EVENT, this.#path, frames)) return
    this.#closed(1013, 'The connection did not take it')
  }

  #open(): void {
    if (this.#isOpen) return
    this.#isOpen = true
    this.#events.opened((text) => this.#send(text))
  }

  #lose(): void {
    clearTimeout(this.#timer)
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#data = []
    this.#length = 0
    this.#events.lost()
  }

  #send(text: string): void {
    const frame = JSON.parse(text) as unknown
    if (!exceedsDepth(frame, MAX_DEPTH)) {
      this.#add(frame, text.length)
      return
    }
    // As a text it takes more: every quote in it twice.
    const parts = splitFrame(text, Math.min(this.#maxFrame, MAX_GATHERED))
    for (const part of parts) this.#add(parts.length === 1 ? part : JSON.parse(part), part.length)
  }

  #add(frame: unknown, length: number): void {
    const isFull = this.#data.length === MAX_CARRIED
    // A unit takes three bytes at most.
    const limit = Math.min(MAX_GATHERED, this.#maxFrame / 3)
    if (isFull || this.#length + length > limit) this.flush()
    if (this.#data.length === 0) queueMicrotask(() => this.flush())
    this.#data.push(frame)
    this.#length += length
  }

  #receive(data: unknown): void {
    if (typeof data !== 'object' || data === null || !this.#isOpen) return
    const frame = data as ClosedFrame | HelloFrame | SyncedFrame
    if (frame.type === 'closed') {
      this.#closed(frame.code, frame.reason)
      return
    }
    if (frame.type === 'synced') this.#failures = 0
    if (frame.type === 'hello') this.#maxFrame = frame.maxFrame ?? Infinity
    this.#events.received(data)
  }

  /** The server could not take a message: what was in it is lost. */
  #failed(data: unknown): void {
    const { event, code, message } = data as { event?: unknown; code?: unknown; message?: unknown }
    // The answer to a frame that was on its way when the session ended is no news.
    if (event !== DOCUMENT_EVENT || !this.#isOpen) return
    const isFinal = code === 400 || code === 403 || code === 404
    this.#closed(isFinal ? 4000 + code : 1013, String(message))
  }

  #closed(code: number, reason: string): void {
    this.#lose()
    if (code >= 4000 && code <= 4999) {
      this.#events.refused({ code, reason })
      return
    }
    const pause = backOff(this.#failures++, Math.random)
    this.#timer = setTimeout(() => {
      if (this.#client.status === 'open') this.#open()
    }, pause)
  }
}
