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
  readonly #routes: { below: string; behavior: SocketBehavior<MemorySocket> }[] = []
  #rest: HttpHandler | undefined
  #isListening = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @param pattern ends with a star, and has no other */
  ws(pattern: string, behavior: SocketBehavior<MemorySocket>): this {
    this.#routes.push({ below: pattern.slice(0, -1), behavior })
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
    if (this.#routes.length === 0 || !this.#isListening) {
      refused(undefined)
      return
    }
    const request = new MemoryRequest(ask)
    const path = request.getUrl()
    for (const { behavior } of this.#routes.filter(({ below }) => path.startsWith(below))) {
      request.setYield(false)
      behavior.upgrade(this.#response(ask, { behavior, peer, opened, refused }), request, {})
      if (!request.isYielded) return
    }
    this.#rest?.(new MemoryResponse(ask, { answered: refused, upgraded: () => undefined }), request)
  }

  #response(
    ask: UpgradeAsk,
    { behavior, peer, opened, refused }: DialListener & Dialled,
  ): MemoryResponse {
    return new MemoryResponse(ask, {
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
  }
}

/** Who asks, and what answers. */
interface Dialled {
  readonly behavior: SocketBehavior<MemorySocket>
  readonly peer: SocketPeer
}

/** What `listen` hands out. */
export interface ListenSocket {
  readonly port: number
  readonly stop: () => void
}
