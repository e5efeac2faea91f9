import type { us_listen_socket, WebSocket } from 'uWebSockets.js'
import type { Clock } from '../async/clock.js'
import { WsListenError, type ListenAddress } from '../errors/ws-listen-error.js'
import { WsStateError } from '../errors/ws-state-error.js'
import type { WsLogger } from '../logging/logger.js'
import { CLOSE_CODES, truncateReason } from '../protocol/close-codes.js'
import type { ConnectionSocket } from '../runtime/connection-socket.js'
import { LiveConnection, type ConnectionIdentity } from '../runtime/live-connection.js'
import type { Revocation } from '../runtime/revocations.js'
import type { IpCounts } from './ip-counts.js'
import type { NativeApp, UwsModule } from './native.js'
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

/** What the socket server works with. */
export interface UwsServerParts {
  readonly handlers: SocketHandlers
  readonly limits: NativeLimits
  readonly upgrader: Upgrader
  readonly ips: IpCounts
  readonly uws: UwsModule
  readonly clock: Clock
  readonly logger: WsLogger
}

/** User data are properties of the socket object itself: reading them there needs no native call. */
type Socket = WebSocket<SocketData> & Partial<SocketData>

/** Why a socket is closed that is nobody's any more. */
const REPLACED = { code: CLOSE_CODES.REPLACED, reason: '' }

/** What uWebSockets.js takes for no option: it then sets SO_REUSEPORT. */
const SHARED_PORT = 0

/** What uWebSockets.js gives as the reason when it cuts a socket for too large a message. */
const TOO_BIG = 'Received too big message'

/** Creates the native app. */
export function createNativeApp(uws: UwsModule, tls: object | undefined): NativeApp {
  return tls ? uws.SSLApp(tls) : uws.App()
}

/**
 * The socket server. Every callback that uWebSockets.js calls is guarded, since a throw inside one
 * ends the process or the socket.
 */
export class UwsServer {
  readonly #native: NativeApp
  readonly #parts: UwsServerParts
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  #listenSocket: us_listen_socket | undefined
  #isStopped = false

  constructor(native: NativeApp, parts: UwsServerParts) {
    this.#native = native
    this.#parts = parts
    const { maxPayload, idleTimeout, maxBackpressure, compression } = parts.limits
    const { uws } = parts
    native.ws<SocketData>('/*', {
      maxPayloadLength: maxPayload,
      idleTimeout,
      maxBackpressure,
      sendPingsAutomatically: idleTimeout > 0,
      compression: compression ? uws.SHARED_COMPRESSOR | uws.SHARED_DECOMPRESSOR : uws.DISABLED,
      upgrade: (response, request, context) => parts.upgrader.upgrade(response, request, context),
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
      drain: (socket) => this.#guard(() => this.#withConnection(socket, parts.handlers.drained)),
      ping: (socket) => this.#guard(() => this.#withConnection(socket, parts.handlers.pinged)),
      close: (socket, code, reason) => this.#guard(() => this.#close(socket, code, reason)),
    })
  }

  /**
   * Listens on a port.
   *
   * @param isShared whether other processes may have it, too
   * @returns the port, as a promise that rejects when {@link stopListening} came first
   */
  listen({ port, host }: ListenAddress, isShared: boolean): Promise<number> {
    if (this.#isStopped) return Promise.reject(overtaken())
    const { upgrader, uws } = this.#parts
    this.#native.any('/*', (response, request) => upgrader.answer(response, request))
    return new Promise((resolve, reject) => {
      const settle: OnListen = (socket) => {
        if (socket) {
          this.#listenSocket = socket
          resolve(uws.us_socket_local_port(socket))
        } else {
          const place = host === undefined ? `port ${port}` : `${host}:${port}`
          const text = `cannot listen on ${place}: it is in use, not allowed, or no address of this machine`
          reject(new WsListenError(text, { port, host }))
        }
      }
      // By default uWS shares a port between processes: a second app would get half of the clients.
      const option = isShared ? SHARED_PORT : uws.LIBUS_LISTEN_EXCLUSIVE_PORT
      const native = this.#native as unknown as ExclusiveListener
      if (host === undefined) native.listen(port, option, settle)
      else native.listen(host, port, option, settle)
    })
  }

  /** Accepts no connection any more; those that are there may still ask for a WebSocket. */
  closePort(): void {
    this.#isStopped = true
    if (this.#listenSocket) this.#parts.uws.us_listen_socket_close(this.#listenSocket)
    this.#listenSocket = undefined
  }

  /** Lets nobody in any more. */
  stopListening(): void {
    this.closePort()
    this.#parts.upgrader.close()
  }

  /** Closes what is left, once close frames have had time to go out. */
  close(): void {
    const { clock, limits } = this.#parts
    clock.setTimeout(() => this.#native.close(), limits.closeFrameTime).unref()
  }

  #open(socket: Socket): void {
    const { identity, refusal, revoked } = socket.enfilade as Admission
    if (refusal) {
      socket.end(refusal.code, truncateReason(refusal.reason))
      return
    }
    const { handlers } = this.#parts
    // A connect handler may close the socket at once, and the close callback has to find this.
    const connection = handlers.create(socket, identity)
    socket.enfilade = connection
    handlers.opened(connection, revoked)
  }

  #message(socket: Socket, bytes: ArrayBuffer, isBinary: boolean): void {
    const connection = socket.enfilade
    if (!(connection instanceof LiveConnection)) return
    // uWS takes its buffer back when this returns.
    const frame = isBinary ? new Uint8Array(bytes.slice(0)) : this.#decoder.decode(bytes)
    this.#parts.handlers.received(connection, frame)
  }

  /**
   * Tells of it in a later turn: when a socket is closed or leaves a topic while uWS publishes, the
   * process crashes, and whoever listens for drops may do either.
   */
  #dropped(socket: Socket): void {
    const { handlers, clock } = this.#parts
    this.#withConnection(socket, (connection) => {
      clock.setImmediate(() => this.#guard(() => handlers.dropped(connection)))
    })
  }

  #close(socket: Socket, code: number, reasonBytes: ArrayBuffer): void {
    // Every method of a closed socket throws; its properties are still there.
    const connection = socket.enfilade
    const { ips, handlers } = this.#parts
    ips.give(connection?.remoteAddress ?? '')
    if (!(connection instanceof LiveConnection)) return
    const reason = this.#decoder.decode(reasonBytes)
    const isTooBig = code === 1006 && reason === TOO_BIG
    if (isTooBig) connection.gotTooBig()
    handlers.closed(connection, isTooBig ? CLOSE_CODES.TOO_BIG : code, reason)
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

/** Says whose events the events of a socket are from now on; nobody's when absent. */
export function bindSocket(socket: ConnectionSocket, connection?: LiveConnection): void {
  const data = socket as unknown as Partial<SocketData>
  // The address stays: it is counted until the socket closes.
  const nobody = { remoteAddress: data.enfilade?.remoteAddress ?? '', refusal: REPLACED }
  data.enfilade = connection ?? nobody
}

function overtaken(): WsStateError {
  return new WsStateError('listen: the app has been closed', 'closing')
}

type OnListen = (socket: us_listen_socket | false) => void

/** The typings of the pinned package leave the form with a host out; the binary has it. */
interface ExclusiveListener {
  listen(port: number, option: number, callback: OnListen): void
  listen(host: string, port: number, option: number, callback: OnListen): void
}
