import type { AsyncApiDocument, AsyncApiOptions } from './asyncapi/asyncapi-document.js'
import type { DependencyContainer } from './di/tokens.js'
import type { Clock } from './async/clock.js'
import { showValue } from './errors/show-value.js'
import { WsStateError, type WsAppStatus } from './errors/ws-state-error.js'
import type { RouteInfo } from './compile/list-routes.js'
import { isSeconds } from './options/check-lifecycle.js'
import type { WsRoomManager } from './rooms/ws-room-manager.js'
import type { Readiness } from './runtime/readiness.js'
import type { WsConnection } from './runtime/ws-connection.js'
import type { WsCounters } from './runtime/ws-counters.js'
import type { WsDocuments } from './runtime/ws-documents.js'
import type { WsEvents } from './runtime/ws-events.js'
import type { WsServer } from './runtime/ws-server.js'
import type { WsHttp } from './uws/http-routes.js'
import type { AppRole, WsAppRole } from './workers/app-role.js'
import type { WorkerStatus } from './workers/worker-messages.js'

/** How {@link WsApp.close} goes about it. */
export interface CloseOptions {
  /**
   * Seconds that handlers may take to finish. Meanwhile nobody new gets in and new messages are
   * refused with 503; then clients are closed with 1012. Default: 0, which closes with 1001 at once.
   */
  readonly drain?: number
  /**
   * Seconds to go on as before, but for the readiness route, which says 503: as long as a balancer
   * needs to notice. Default: 0.
   */
  readonly delay?: number
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
  readonly documents: WsDocuments
  readonly readiness: Readiness
  readonly clock: Clock
  /** What the app is among several processes; absent when it is the only one. */
  readonly role?: AppRole
  /** Closes the app when a signal comes, if that is wanted. */
  readonly onSignals: (close: (options: CloseOptions) => Promise<void>) => (() => void) | undefined
  /** @param isShared whether other processes have the port, too */
  /** Loads what describes the app, and does. */
  readonly describe: (options: AsyncApiOptions) => Promise<AsyncApiDocument>
  readonly start: (port: number, host: string | undefined, isShared: boolean) => Promise<number>
  readonly routes: () => readonly RouteInfo[]
  /** Gives the port back, and nothing else. */
  readonly closePort: () => void
  readonly stop: (drain: number) => Promise<void>
}

/** A WebSocket app, as `createWsApp` makes it. */
export class WsApp {
  /** All connections. */
  readonly server: WsServer
  /** All rooms. */
  readonly rooms: WsRoomManager<WsConnection>
  /** All documents. */
  readonly documents: WsDocuments
  /** HTTP routes beside the WebSockets. */
  readonly http: WsHttp
  /** What happens, for metrics and audit. */
  readonly events: WsEvents
  /** What has been counted since the start. */
  readonly counters: WsCounters
  readonly #parts: WsAppParts
  #status: WsAppStatus = 'created'
  #closing: Promise<void> | undefined
  #ignoreSignals: (() => void) | undefined

  /** @internal */
  constructor(parts: WsAppParts) {
    this.server = parts.server
    this.rooms = parts.rooms
    this.http = parts.http
    this.documents = parts.documents
    this.events = parts.events
    this.counters = parts.counters
    this.#parts = parts
  }

  /** What the app is doing. A failed `listen` leaves it `created`. */
  get status(): WsAppStatus {
    return this.#status
  }

  /** What the app is among the processes of its program. */
  get role(): WsAppRole {
    return this.#parts.role?.name ?? 'single'
  }

  /** What clients may call, with the handler and the middleware of each. */
  routes(): readonly RouteInfo[] {
    return this.#parts.routes()
  }

  /** The number of this worker, from 1; `undefined` in a process that is none. */
  get workerId(): number | undefined {
    return this.#parts.role?.workerId
  }

  /** All workers of the program, as their supervisor sees them; none when there is none. */
  async workers(): Promise<readonly WorkerStatus[]> {
    return this.#parts.role?.status() ?? []
  }

  /** The app's own container, a child of yours. Disposed of when the app closes. */
  get container(): DependencyContainer {
    return this.#parts.container()
  }

  /**
   * The interface of the app as a document of AsyncAPI 3: its paths, calls, replies, pushes and the rules of
   * their data. With `page` it is also served on `http`, which has to be asked for before `listen`.
   *
   * @returns a promise that rejects with a `TypeError` without a title and a version
   */
  asyncapi(options: AsyncApiOptions): Promise<AsyncApiDocument> {
    return this.#parts.describe(options)
  }

  /**
   * Starts to accept connections.
   *
   * @param port default: 0, which picks a free one
   * @param host default: all addresses of this machine
   * @returns the port, as a promise that rejects with a `WsListenError` when the address cannot be
   * had or the broadcast transport cannot subscribe, with a `WsStateError` when the app listens
   * already or has been closed, and with a `RangeError` for what is no port
   */
  async listen(port = 0, host?: string): Promise<{ port: number }> {
    return this.#listen(port, host, false)
  }

  /**
   * As `listen`, in a process that shares the port of this app with others.
   *
   * @internal
   */
  async serve(port: number, host: string | undefined): Promise<{ port: number }> {
    return this.#listen(port, host, true)
  }

  async #listen(
    port: number,
    host: string | undefined,
    isShared: boolean,
  ): Promise<{ port: number }> {
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      const mend = typeof port === 'string' ? 'make it a number: Number(port)' : 'use 0 to 65535'
      throw new RangeError(`listen: ${showValue(port)} is no port; ${mend}`)
    }
    if (this.#closing) throw new WsStateError('listen: the app has been closed', this.#status)
    if (this.#status !== 'created') {
      throw new WsStateError('listen: the app listens already', this.#status)
    }
    this.#status = 'starting'
    try {
      const actual = await this.#parts.start(port, host, isShared)
      // A signal or `close` may have come meanwhile.
      if (this.#isStarting()) this.#status = 'listening'
      this.#ignoreSignals = this.#parts.onSignals((options) => this.close(options))
      return { port: actual }
    } catch (error) {
      if (this.#isStarting()) this.#status = 'created'
      throw error
    }
  }

  /**
   * Stops: nobody new gets in, connections are closed, `@OnDisconnect` handlers finish. A second
   * call waits for the first, whose options count. May be called at any time, also when `listen` has
   * failed or was never called.
   *
   * @returns a promise that rejects with a `RangeError` for a wrong option, and then nothing has been
   * closed; or with what storages of documents failed with, or disposing of the container threw
   */
  async close(options: CloseOptions = {}): Promise<void> {
    const { drain = 0, delay = 0 } = options
    for (const [name, value] of Object.entries({ drain, delay })) {
      if (!isSeconds(value)) {
        throw new RangeError(`close: ${name} must be seconds, got ${showValue(value)}`)
      }
    }
    this.#closing ??= this.#close(drain * 1000, delay * 1000)
    return this.#closing
  }

  async #close(drain: number, delay: number): Promise<void> {
    const { readiness, stop, clock, role } = this.#parts
    const isListening = this.#status === 'listening'
    this.#status = 'closing'
    readiness.isClosing = true
    role?.leave()
    try {
      if (isListening && delay > 0) {
        await new Promise<void>((resolve) => clock.setTimeout(resolve, delay))
      }
      await stop(drain)
    } finally {
      this.#status = 'closed'
      this.#ignoreSignals?.()
    }
  }

  #isStarting(): boolean {
    return this.#status === 'starting'
  }
}
