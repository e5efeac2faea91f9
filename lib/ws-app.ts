import type { DependencyContainer } from './di/tokens.js'
import { showValue } from './errors/show-value.js'
import type { WsRoomManager } from './rooms/ws-room-manager.js'
import type { WsConnection } from './runtime/ws-connection.js'
import type { WsCounters } from './runtime/ws-counters.js'
import type { WsEvents } from './runtime/ws-events.js'
import type { WsServer } from './runtime/ws-server.js'
import type { WsHttp } from './uws/http-routes.js'

/** How {@link WsApp.close} goes about it. */
export interface CloseOptions {
  /**
   * Seconds that handlers may take to finish. Meanwhile nobody new gets in and new messages are
   * refused with 503; then clients are closed with 1012. Default: 0, which closes with 1001 at once.
   */
  readonly drain?: number
}

/** What an app does when it starts and stops. */
export interface WsAppParts {
  readonly server: WsServer
  readonly rooms: WsRoomManager<WsConnection>
  /** Makes the container: an app that needs none has none until it is asked for. */
  readonly container: () => DependencyContainer
  readonly http: WsHttp
  readonly events: WsEvents
  readonly counters: WsCounters
  readonly start: (port: number, host: string | undefined) => Promise<number>
  readonly stop: (drain: number) => Promise<void>
}

/** A WebSocket app, as `createWsApp` makes it. */
export class WsApp {
  /** All connections. */
  readonly server: WsServer
  /** All rooms. */
  readonly rooms: WsRoomManager<WsConnection>
  /** HTTP routes beside the WebSockets. */
  readonly http: WsHttp
  /** What happens, for metrics and audit. */
  readonly events: WsEvents
  /** What has been counted since the start. */
  readonly counters: WsCounters
  readonly #parts: WsAppParts
  #isStarted = false
  #closing: Promise<void> | undefined

  /** @internal */
  constructor(parts: WsAppParts) {
    this.server = parts.server
    this.rooms = parts.rooms
    this.http = parts.http
    this.events = parts.events
    this.counters = parts.counters
    this.#parts = parts
  }

  /** The app's own container, a child of yours. Disposed of when the app closes. */
  get container(): DependencyContainer {
    return this.#parts.container()
  }

  /**
   * Starts to accept connections.
   *
   * @param port default: 0, which picks a free one
   * @param host default: all addresses of this machine
   * @returns the port, as a promise that rejects with a `WsListenError` when the address cannot be
   * had, or with an `Error` when the broadcast transport cannot subscribe
   */
  async listen(port = 0, host?: string): Promise<{ port: number }> {
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      const mend = typeof port === 'string' ? 'make it a number: Number(port)' : 'use 0 to 65535'
      throw new RangeError(`listen: ${showValue(port)} is no port; ${mend}`)
    }
    if (this.#closing) throw new Error('listen: the app has been closed')
    if (this.#isStarted) throw new Error('listen: the app listens already')
    this.#isStarted = true
    try {
      return { port: await this.#parts.start(port, host) }
    } catch (error) {
      this.#isStarted = false
      throw error
    }
  }

  /**
   * Stops: nobody new gets in, connections are closed, `@OnDisconnect` handlers finish. A second
   * call waits for the first.
   */
  close({ drain = 0 }: CloseOptions = {}): Promise<void> {
    if (!(Number.isFinite(drain) && drain >= 0)) {
      return Promise.reject(new RangeError(`close: drain must be seconds, got ${String(drain)}`))
    }
    this.#closing ??= this.#parts.stop(drain * 1000)
    return this.#closing
  }
}
