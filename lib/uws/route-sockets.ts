import type { WebSocket, WebSocketBehavior } from 'uWebSockets.js'
import type { Clock } from '../async/clock.js'
import type { WsLogger } from '../logging/logger.js'
import { CLOSE_CODES, truncateReason } from '../protocol/close-codes.js'
import type { ConnectionSocket } from '../runtime/connection-socket.js'
import { LiveConnection, type ConnectionIdentity } from '../runtime/live-connection.js'
import type { Revocation } from '../runtime/revocations.js'
import { FrameCopies } from './frame-copies.js'
import type { IpCounts } from './ip-counts.js'
import type { UwsModule } from './native.js'
import type { Admission, SocketData, Upgrader } from './upgrader.js'

/** What happens to sockets, for the runtime to hear. */
export interface SocketHandlers {
  /** A socket opened: what to call it from now on. */
  create: (socket: ConnectionSocket, identity: ConnectionIdentity) => LiveConnection
  /** Everything about the connection is in place. */
  opened: (connection: LiveConnection, revoked?: readonly Revocation[]) => void
  received: (connection: LiveConnection, frame: string | Uint8Array) => void
  /** A ping arrived. */
  pinged: (connection: LiveConnection) => void
  /** The socket has sent some of what waited in it. */
  drained: (connection: LiveConnection) => void
  /** A frame was dropped since the socket's queue is full. */
  dropped: (connection: LiveConnection) => void
  closed: (connection: LiveConnection, code: number, reason: string) => void
}

/** What uWebSockets.js has to know of the limits. */
export interface NativeLimits {
  readonly maxPayload: number
  readonly idleTimeout: number
  readonly maxBackpressure: number
  readonly compression: boolean
  /** How long sockets may take to send their close frames, in milliseconds. */
  readonly closeFrameTime: number
}

/** Sockets of some paths. */
export interface SocketRoute {
  /** As uWebSockets.js matches it; a request that its upgrader does not want goes on to the next. */
  readonly pattern: string
  /** The largest message a client may send, in bytes. */
  readonly maxPayload: number
  readonly handlers: SocketHandlers
  readonly upgrader: Upgrader
}

/** What the sockets of all paths share. */
export interface RouteSocketParts {
  readonly limits: NativeLimits
  readonly ips: IpCounts
  readonly uws: UwsModule
  readonly clock: Clock
  readonly logger: WsLogger
}

/** User data are properties of the socket object itself: reading them there needs no native call. */
type Socket = WebSocket<SocketData> & Partial<SocketData>

/** What uWebSockets.js gives as the reason when it cuts a socket for too large a message. */
const TOO_BIG = 'Received too big message'

/**
 * The sockets of one route. Every callback that uWebSockets.js calls is guarded, since a throw inside
 * one ends the process or the socket.
 */
export class RouteSockets {
  readonly #route: SocketRoute
  readonly #handlers: SocketHandlers
  readonly #parts: RouteSocketParts
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  readonly #copies = new FrameCopies()

  constructor(route: SocketRoute, parts: RouteSocketParts) {
    this.#route = route
    this.#handlers = route.handlers
    this.#parts = parts
  }

  /** What uWebSockets.js is to do. */
  behavior(): WebSocketBehavior<SocketData> {
    const { maxPayload, handlers, upgrader } = this.#route
    const { uws, limits } = this.#parts
    const { idleTimeout, maxBackpressure, compression } = limits
    return {
      maxPayloadLength: maxPayload,
      idleTimeout,
      maxBackpressure,
      sendPingsAutomatically: idleTimeout > 0,
      compression: compression ? uws.SHARED_COMPRESSOR | uws.SHARED_DECOMPRESSOR : uws.DISABLED,
      upgrade: (response, request, context) => upgrader.upgrade(response, request, context),
      open: (socket) => this.#guard(() => this.#open(socket)),
      // Written out: a closure for each message would be felt.
      message: (socket, bytes, isBinary) => {
        try {
          this.#message(socket, bytes, isBinary)
        } catch (error) {
          this.#logFault(error)
        }
      },
      dropped: (socket) => this.#guard(() => this.#dropped(socket)),
      drain: (socket) => this.#guard(() => this.#withConnection(socket, handlers.drained)),
      ping: (socket) => this.#guard(() => this.#withConnection(socket, handlers.pinged)),
      close: (socket, code, reason) => this.#guard(() => this.#close(socket, code, reason)),
    }
  }

  #open(socket: Socket): void {
    const { identity, refusal, revoked } = socket.enfilade as Admission
    if (refusal) {
      socket.end(refusal.code, truncateReason(refusal.reason))
      return
    }
    // A connect handler may close the socket at once, and the close callback has to find this.
    const connection = this.#handlers.create(socket, identity)
    socket.enfilade = connection
    this.#handlers.opened(connection, revoked)
  }

  #message(socket: Socket, bytes: ArrayBuffer, isBinary: boolean): void {
    const connection = socket.enfilade
    if (!(connection instanceof LiveConnection)) return
    // uWS takes its buffer back when this returns.
    const frame = isBinary ? this.#copies.of(bytes) : this.#decoder.decode(bytes)
    this.#handlers.received(connection, frame)
  }

  /**
   * Tells of it in a later turn: when a socket is closed or leaves a topic while uWS publishes, the
   * process crashes, and whoever listens for drops may do either.
   */
  #dropped(socket: Socket): void {
    this.#withConnection(socket, (connection) => {
      this.#parts.clock.setImmediate(() => this.#guard(() => this.#handlers.dropped(connection)))
    })
  }

  #close(socket: Socket, code: number, reasonBytes: ArrayBuffer): void {
    // Every method of a closed socket throws; its properties are still there.
    const connection = socket.enfilade
    this.#parts.ips.give(connection?.remoteAddress ?? '')
    if (!(connection instanceof LiveConnection)) return
    const reason = this.#decoder.decode(reasonBytes)
    const isTooBig = code === 1006 && reason === TOO_BIG
    if (isTooBig) connection.gotTooBig()
    this.#handlers.closed(connection, isTooBig ? CLOSE_CODES.TOO_BIG : code, reason)
  }

  #withConnection(socket: Socket, handle: (connection: LiveConnection) => void): void {
    if (socket.enfilade instanceof LiveConnection) handle(socket.enfilade)
  }

  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#logFault(error)
    }
  }

  #logFault(error: unknown): void {
    this.#parts.logger.error({ err: error }, 'a socket callback failed')
  }
}
