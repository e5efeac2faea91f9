import type { WebSocketLike } from '../client/platform.js'
import type { WsFrame } from '../protocol/codec.js'
import { ClientLink } from './client-link.js'
import type { DropOptions } from './test-client.js'

/**
 * A WebSocket class whose sockets lead to a test app, whatever their address: for `createWsClient`, and
 * all that is built on it.
 */
export interface TestWebSocketClass {
  new (url: string, protocols?: string | readonly string[]): WebSocketLike
  /** While it is true, no socket opens: there is no network. */
  isOffline: boolean
  /** Loses the network of all its sockets. */
  drop(options?: DropOptions): void
}

/** Connects a link to the app. Rejects when it is not let in. */
export type DialLink = (link: ClientLink, url: URL, protocols: readonly string[]) => Promise<void>

const OPEN = 1
const CLOSED = 3

/** Makes the class of one client. */
export function createTestWebSocket(dial: DialLink): TestWebSocketClass {
  const links = new Set<ClientLink>()

  return class TestWebSocket implements WebSocketLike {
    static isOffline = false

    static drop({ noticed = true }: DropOptions = {}): void {
      for (const link of links) link.cut(noticed)
    }

    binaryType = 'arraybuffer'
    readyState = 0
    onopen: ((event: never) => void) | null = null
    onmessage: ((event: never) => void) | null = null
    onclose: ((event: never) => void) | null = null
    onerror: ((event: never) => void) | null = null
    readonly #link: ClientLink

    constructor(url: string, protocols: string | readonly string[] = []) {
      this.#link = new ClientLink((frame) => this.onmessage?.({ data: toData(frame) } as never))
      links.add(this.#link)
      void this.#link.closed.then((close) => {
        links.delete(this.#link)
        this.readyState = CLOSED
        this.onclose?.(close as never)
      })
      void this.#open(new URL(url), [protocols].flat())
    }

    get protocol(): string {
      return this.#link.subprotocol
    }

    send(data: WsFrame): void {
      this.#link.socket?.receive(data)
    }

    close(code = 1000, reason = ''): void {
      const { socket } = this.#link
      if (socket) socket.closeByPeer(code, reason)
      else this.#link.onClose(1006, '')
    }

    async #open(url: URL, protocols: readonly string[]): Promise<void> {
      try {
        if (TestWebSocket.isOffline) throw new Error('There is no network')
        await dial(this.#link, url, protocols)
      } catch (error) {
        this.onerror?.({ error } as never)
        this.#link.onClose(1006, '')
        return
      }
      if (this.#link.end) {
        // It was closed while it opened.
        this.#link.socket?.cut(true)
        return
      }
      this.readyState = OPEN
      this.onopen?.({} as never)
    }
  }
}

function toData(frame: WsFrame): string | ArrayBuffer {
  return typeof frame === 'string' ? frame : new Uint8Array(frame).buffer
}
