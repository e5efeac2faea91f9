import type { WsFrame, WsSubprotocolCodec } from '../protocol/codec.js'
import type { WsPush, WsReply } from '../protocol/records.js'
import { ENFILADE_V1 } from '../protocol/subprotocol.js'
import type { WebSocketClass, WebSocketLike } from './platform.js'

/** How a connection ended, or an attempt at one. */
export interface WsClose {
  readonly code: number
  readonly reason: string
}

/** Where a link leads. */
export interface LinkTarget {
  readonly url: string
  /** The subprotocols it offers. */
  readonly protocols: readonly string[]
  /** Beside JSON; its subprotocol is among those offered. */
  readonly codec?: WsSubprotocolCodec | undefined
}

/** Who hears of a link. */
export interface LinkHandlers {
  open(): void
  record(record: WsReply | WsPush): void
  close(close: WsClose): void
}

/** One WebSocket, from its making to its end. */
export class Link {
  readonly #socket: WebSocketLike
  readonly #codec: WsSubprotocolCodec | undefined
  #isOpen = false

  /** @throws whatever the WebSocket class throws: a forbidden address */
  constructor(WebSocket: WebSocketClass, target: LinkTarget, handlers: LinkHandlers) {
    const { url, protocols, codec } = target
    const socket = new WebSocket(url, [...protocols])
    this.#socket = socket
    this.#codec = codec
    if (codec) socket.binaryType = 'arraybuffer'
    socket.onopen = () => {
      this.#isOpen = true
      handlers.open()
    }
    socket.onmessage = ({ data }: { data: unknown }) => {
      const record = readRecord(data, codec)
      if (record) handlers.record(record)
    }
    socket.onclose = ({ code, reason }: WsClose) => {
      this.#detach()
      handlers.close({ code, reason })
    }
    // Tells nothing: the close event follows, and has the code.
    socket.onerror = () => undefined
  }

  /** Whether the server may know the `$` events. Some servers accept any subprotocol they see. */
  get offersV1(): boolean {
    return this.#socket.protocol === ENFILADE_V1 || !this.isJson
  }

  /** Whether the server reads JSON, and not the codec of the client. */
  get isJson(): boolean {
    return this.#socket.protocol !== this.#codec?.subprotocol
  }

  /** Does nothing when the socket is not open. */
  send(frame: WsFrame): void {
    if (this.#isOpen) this.#socket.send(frame as never)
  }

  /** Lets go of the socket at once: a dead peer would not answer the close for a long time. */
  drop(code?: number, reason?: string): void {
    this.#detach()
    try {
      this.#socket.close(code, reason)
    } catch {
      // It never opened, and is not going to be used.
    }
  }

  #detach(): void {
    this.#isOpen = false
    const socket = this.#socket
    socket.onopen = socket.onmessage = socket.onclose = null
    // `ws` would throw an error that nobody hears.
    socket.onerror = () => undefined
  }
}

/** What is no record of the protocol is not for this client. */
function readRecord(
  data: unknown,
  codec: WsSubprotocolCodec | undefined,
): WsReply | WsPush | undefined {
  try {
    const record: unknown =
      typeof data === 'string'
        ? JSON.parse(data)
        : codec?.decode(new Uint8Array(data as ArrayBuffer))
    return isPush(record) || isReply(record) ? record : undefined
  } catch {
    return undefined
  }
}

function isPush(record: unknown): record is WsPush {
  if (typeof record !== 'object' || record === null) return false
  const { event, path } = record as Partial<WsPush>
  return typeof event === 'string' && typeof path === 'string'
}

function isReply(record: unknown): record is WsReply {
  if (typeof record !== 'object' || record === null || 'event' in record) return false
  if (!('id' in record)) return false
  return !('error' in record) || (typeof record.error === 'object' && record.error !== null)
}
