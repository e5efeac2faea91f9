import type { us_listen_socket } from 'uWebSockets.js'
import type { Clock } from '../async/clock.js'
import { WsListenError, type ListenAddress } from '../errors/ws-listen-error.js'
import { WsStateError } from '../errors/ws-state-error.js'
import type { WsLogger } from '../logging/logger.js'
import { CLOSE_CODES } from '../protocol/close-codes.js'
import type { ConnectionSocket } from '../runtime/connection-socket.js'
import type { LiveConnection } from '../runtime/live-connection.js'
import type { Aside } from './aside.js'
import type { IpCounts } from './ip-counts.js'
import type { NativeApp, UwsModule } from './native.js'
import {
  RouteSockets,
  type NativeLimits,
  type SocketHandlers,
  type SocketRoute,
} from './route-sockets.js'
import type { SocketData, Upgrader } from './upgrader.js'

/** What the socket server works with. */
export interface UwsServerParts {
  readonly handlers: SocketHandlers
  /** Paths whose sockets are somebody else's. They come first. */
  readonly others: readonly SocketRoute[]
  readonly limits: NativeLimits
  readonly upgrader: Upgrader
  readonly aside: Aside | undefined
  readonly ips: IpCounts
  readonly uws: UwsModule
  readonly clock: Clock
  readonly logger: WsLogger
}

/** Why a socket is closed that is nobody's any more. */
const REPLACED = { code: CLOSE_CODES.REPLACED, reason: '' }

/** What uWebSockets.js takes for no option: it then sets SO_REUSEPORT. */
const SHARED_PORT = 0

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
  #listenSocket: us_listen_socket | undefined
  #isStopped = false

  constructor(native: NativeApp, parts: UwsServerParts) {
    this.#native = native
    this.#parts = parts
    const { handlers, upgrader, limits, others } = parts
    const rest = { pattern: '/*', maxPayload: limits.maxPayload, handlers, upgrader }
    for (const route of [...others, rest]) {
      native.ws<SocketData>(route.pattern, new RouteSockets(route, parts).behavior())
    }
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
    const { upgrader, others } = this.#parts
    for (const one of new Set([upgrader, ...others.map((route) => route.upgrader)])) one.close()
  }

  /** Closes what is left, once close frames have had time to go out. */
  close(): void {
    const { aside, clock, limits } = this.#parts
    aside?.close()
    clock.setTimeout(() => this.#native.close(), limits.closeFrameTime).unref()
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
