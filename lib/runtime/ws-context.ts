import type { Clock } from '../async/clock.js'
import type { WsError } from '../errors/ws-error.js'
import type { WsFrame } from '../protocol/codec.js'
import type { WsMessageId, WsParams } from '../protocol/records.js'
import type { BroadcastWindow } from '../rooms/broadcast-window.js'
import type { AppHost } from './app-host.js'
import type { WsConnection } from './ws-connection.js'
import { WsRooms } from './ws-rooms.js'
import type { StreamConnection } from './streams/stream-context.js'
import type { WsServer } from './ws-server.js'

/** What a handler is called for. */
export type WsContextKind = 'message' | 'connect' | 'disconnect' | 'join' | 'leave' | 'document'

/** What `@Message()` gives. */
export interface WsMessageInfo {
  readonly event: string
  readonly path: string
  readonly params: WsParams
  readonly data: unknown
  readonly id: WsMessageId | undefined
  /** The frame as it arrived. */
  readonly raw: WsFrame
}

/** What a context is for. */
export interface WsContextOwner {
  /** `Class.method`. */
  readonly handler: string
  /** The pattern of the route; absent when no message is handled. */
  readonly pattern?: string
  readonly broadcastWindow?: BroadcastWindow | undefined
}

/** What a context is made of. */
export interface WsContextParts {
  readonly event: string
  readonly path: string
  readonly params: WsParams
  readonly rawParams: WsParams
  readonly data: unknown
  readonly id: WsMessageId | undefined
  readonly raw: WsFrame
}

const NO_PARAMS: WsParams = Object.freeze({})

/** What a context without a message is made of. */
export const NO_MESSAGE: WsContextParts = Object.freeze({
  event: '',
  path: '',
  params: NO_PARAMS,
  rawParams: NO_PARAMS,
  data: undefined,
  id: undefined,
  raw: '',
})

/** One call of a handler or hook, as middleware sees it. */
export class WsContext<S = unknown> {
  /** The event of the message; empty for everything else. */
  readonly event: string
  /** The path of the message or document, the name of the room for join and leave, else empty. */
  readonly path: string
  /** Decoded. */
  readonly params: WsParams
  /** As they stand in the path: what room names are filled from. */
  readonly rawParams: WsParams
  readonly data: unknown
  readonly id: WsMessageId | undefined
  readonly raw: WsFrame
  /**
   * How many items a stream may begin with, when the caller has asked for one; not declared with a
   * value, since most messages are none.
   *
   * @internal
   */
  declare streamCredit?: number
  /** Made when somebody asks for the signal, or the time is over. */
  #deadline: AbortController | undefined
  readonly #host: AppHost
  readonly #owner: WsContextOwner

  constructor(
    host: AppHost,
    readonly kind: WsContextKind,
    readonly connection: WsConnection<S>,
    owner: WsContextOwner,
    parts: WsContextParts,
  ) {
    this.#host = host
    this.#owner = owner
    this.event = parts.event
    this.path = parts.path
    this.params = parts.params
    this.rawParams = parts.rawParams
    this.data = parts.data
    this.id = parts.id
    this.raw = parts.raw
  }

  /**
   * The route, or the hook: the same object for all its messages.
   *
   * @internal
   */
  get owner(): WsContextOwner {
    return this.#owner
  }

  /** `Class.method` of the handler. */
  get handler(): string {
    return this.#owner.handler
  }

  /** The pattern that the path matched, such as `/chat/:room`; `undefined` but for messages. */
  get pattern(): string | undefined {
    return this.#owner.pattern
  }

  /** How long the handler's broadcasts may wait for others; the app's default when not said. */
  get broadcastWindow(): BroadcastWindow | undefined {
    return this.#owner.broadcastWindow
  }

  /**
   * Aborted with the `WsError` 408 when the time of the handler is over; see `@Timeout`. Give it to
   * what the handler waits for.
   */
  get signal(): AbortSignal {
    return (this.#deadline ??= new AbortController()).signal
  }

  /** Whether the time of the handler is over. */
  get isOver(): boolean {
    return this.#deadline !== undefined && this.#deadline.signal.aborted
  }

  /** @internal */
  expire(reason: WsError): void {
    this.#deadline ??= new AbortController()
    this.#deadline.abort(reason)
  }

  /** @internal */
  throwIfOver(): void {
    if (this.isOver) throw this.signal.reason
  }

  /**
   * What came when nobody waited for it any more.
   *
   * @internal
   */
  reportLate(error?: unknown): void {
    const { handler, connection } = this
    const fields = { handler, connection: connection.id }
    const isFailure = error !== undefined && error !== this.#deadline?.signal.reason
    if (isFailure) this.#host.logger.warn({ ...fields, err: error }, 'a handler failed after 408')
    else this.#host.logger.warn(fields, 'a handler finished after 408: its result was dropped')
  }

  /** @internal */
  get clock(): Clock {
    return this.#host.clock
  }

  /**
   * Sends what the handler returned as a stream.
   *
   * @internal
   */
  stream(items: AsyncIterable<unknown>, timeout: number): Promise<unknown> {
    // Whoever sent a message is a connection of the runtime.
    const connection = this.connection as unknown as StreamConnection
    return this.#host.streams.run([this, connection], items, timeout)
  }

  /** What `authorize` returned. */
  get session(): S {
    return this.connection.session
  }

  /** The rooms, seen from here. */
  get rooms(): WsRooms {
    return new WsRooms(this.#host.rooms, this)
  }

  get server(): WsServer {
    return this.#host.server
  }

  get message(): WsMessageInfo {
    const { event, path, params, data, id, raw } = this
    return { event, path, params, data, id, raw }
  }
}
