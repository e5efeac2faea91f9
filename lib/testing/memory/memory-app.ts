import type { Clock } from '../../async/clock.js'
import type { WsFrame } from '../../protocol/codec.js'
import {
  MemoryRequest,
  MemoryResponse,
  type HttpAnswer,
  type UpgradeAsk,
} from './memory-request.js'
import { MemorySocket, type SocketPeer } from './memory-socket.js'
import type { SocketBehavior } from './socket-behavior.js'
import { Topics } from './topics.js'

type HttpHandler = (response: MemoryResponse, request: MemoryRequest) => void

/** What a client is told when it asks for a WebSocket. */
export interface DialListener {
  readonly opened: (socket: MemorySocket, subprotocol: string) => void
  readonly refused: (answer: HttpAnswer | undefined) => void
}

/** An app of uWebSockets.js, as far as it is used: WebSockets in memory. HTTP routes are never asked. */
export class MemoryApp {
  readonly #clock: Clock
  readonly #topics = new Topics()
  readonly #sockets = new Set<MemorySocket>()
  #behavior: SocketBehavior<MemorySocket> | undefined
  #rest: HttpHandler | undefined
  #isListening = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  ws(_pattern: string, behavior: SocketBehavior<MemorySocket>): this {
    this.#behavior = behavior
    return this
  }

  any(pattern: string, handler: HttpHandler): this {
    if (pattern === '/*') this.#rest = handler
    return this
  }

  get(): this {
    return this
  }

  post(): this {
    return this
  }

  put(): this {
    return this
  }

  patch(): this {
    return this
  }

  del(): this {
    return this
  }

  head(): this {
    return this
  }

  options(): this {
    return this
  }

  /** Takes the forms with a host and without. */
  listen(...args: unknown[]): this {
    const [settle, , port] = args.toReversed() as [(socket: object) => void, number, number]
    this.#isListening = true
    settle({ port, stop: () => (this.#isListening = false) } satisfies ListenSocket)
    return this
  }

  publish(topic: string, frame: WsFrame, isBinary = false): boolean {
    return this.#topics.publish(topic, frame, isBinary)
  }

  /** Cuts what is left. */
  close(): this {
    for (const socket of [...this.#sockets]) socket.close()
    return this
  }

  /** A client asks for a WebSocket. */
  dial(ask: UpgradeAsk, peer: SocketPeer, { opened, refused }: DialListener): void {
    const behavior = this.#behavior
    if (!behavior || !this.#isListening) {
      refused(undefined)
      return
    }
    const response = new MemoryResponse(ask, {
      answered: refused,
      upgraded: (data, subprotocol) => {
        const place = { clock: this.#clock, topics: this.#topics, behavior, peer }
        const forget = (gone: MemorySocket): boolean => this.#sockets.delete(gone)
        const socket = new MemorySocket({ ...place, forget }, data)
        this.#sockets.add(socket)
        opened(socket, subprotocol)
        behavior.open(socket)
      },
    })
    const request = new MemoryRequest(ask)
    behavior.upgrade(response, request, {})
    if (request.isYielded) this.#rest?.(response, request)
  }
}

/** What `listen` hands out. */
export interface ListenSocket {
  readonly port: number
  readonly stop: () => void
}
