import type { WsFrame } from '../protocol/codec.js'
import type { MemoryApp } from './memory/memory-app.js'
import type { UpgradeAsk } from './memory/memory-request.js'
import type { MemorySocket, SocketPeer } from './memory/memory-socket.js'
import { TestConnectError } from './test-connect-error.js'

/** How a connection ended. */
export interface TestClose {
  /** 1006 when it was lost without a close frame. */
  readonly code: number
  readonly reason: string
}

/** One socket, seen from the client. */
export class ClientLink implements SocketPeer {
  /** Chosen by the server; empty for none. */
  subprotocol = ''
  /** How it ended. */
  readonly closed: Promise<TestClose>
  end: TestClose | undefined
  socket: MemorySocket | undefined
  readonly #read: (frame: WsFrame) => void
  #resolve: (close: TestClose) => void = () => undefined

  /** @param read hears of each frame */
  constructor(read: (frame: WsFrame) => void) {
    this.#read = read
    this.closed = new Promise((resolve) => (this.#resolve = resolve))
  }

  /**
   * Asks for a WebSocket.
   *
   * @throws TestConnectError as a rejection
   */
  open(app: MemoryApp, ask: UpgradeAsk): Promise<void> {
    return new Promise((resolve, reject) => {
      app.dial(ask, this, {
        opened: (socket, subprotocol) => {
          this.socket = socket
          this.subprotocol = subprotocol
          resolve()
        },
        refused: (answer) => reject(TestConnectError.of(answer)),
      })
    })
  }

  /** The network is gone. */
  cut(isNoticed: boolean): void {
    this.socket?.cut(isNoticed)
    this.onClose(1006, '')
  }

  onFrame(frame: WsFrame): void {
    if (!this.end) this.#read(frame)
  }

  onClose(code: number, reason: string): void {
    if (this.end) return
    this.end = { code, reason }
    this.#resolve(this.end)
  }
}
