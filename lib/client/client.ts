import { byteLength } from '../protocol/byte-length.js'
import type { Channel, ChannelContract } from '../protocol/channel.js'
import type { WsFrame } from '../protocol/codec.js'
import { fillPath } from '../protocol/path-params.js'
import type { WsMessage, WsPush, WsReply } from '../protocol/records.js'
import {
  CREDIT_EVENT,
  PING_EVENT,
  RESERVED_PUSH,
  RESUME_EVENT,
  TOKEN_EVENT,
} from '../protocol/reserved-events.js'
import type { WsClosing, WsResumed } from '../protocol/v1.js'
import { Calls, ConnectionLost, type CallLimits, type CallOptions } from './calls.js'
import { Connector, type ConnectorParts, type WsStatus } from './connector.js'
import type { WsClose } from './link.js'
import { Listeners } from './listeners.js'
import type { ClientSettings, TokenAnswer } from './options.js'
import { Outbox, type Letter } from './outbox.js'
import type { Platform } from './platform.js'
import { PushHandlers, type PushHandler } from './push-handlers.js'
import { Room, type RoomHost } from './room.js'
import { Session } from './session.js'
import { Subscriptions } from './subscriptions.js'
import { isTransient, WsClientError } from './ws-client-error.js'
import { Streams } from './streams.js'
import type { StreamOptions } from './stream-call.js'
import type { WsClient } from './ws-client.js'
import type { RoomOptions, WsRoom } from './ws-room.js'

/** The path of messages that are about the connection. */
const CONNECTION = '/'

/** A client; see `WsClient` for what its members mean. */
export class Client implements WsClient, RoomHost {
  readonly platform: Platform
  readonly settings: ClientSettings
  readonly #connector: Connector
  readonly #calls: Calls
  readonly #outbox: Outbox
  readonly #handlers: PushHandlers
  readonly #session = new Session()
  readonly #streams: Streams
  readonly #subscriptions = new Subscriptions()
  readonly #rooms = new Map<string, Room>()
  readonly #onStatus: Listeners<[WsStatus, WsClose?]>

  constructor(parts: Omit<ConnectorParts, 'hooks'>) {
    const { platform, settings } = parts
    this.platform = platform
    this.settings = settings
    this.#calls = new Calls(platform)
    this.#outbox = new Outbox(settings.maxQueue)
    this.#handlers = new PushHandlers(platform.report)
    this.#streams = new Streams({
      ...{ platform, calls: this.#calls },
      post: (message) => this.#postCall(message),
      remove: (id) => this.#outbox.remove(id),
      write: (message) => this.#write(message),
    })
    this.#onStatus = new Listeners(platform.report)
    const hooks: ConnectorParts['hooks'] = {
      restore: (token) => this.#restore(token),
      record: (record) => this.#receive(record),
      lost: (close) => this.#lost(close),
      status: (status, close) => this.#tell(status, close),
      ping: () => this.#write({ event: PING_EVENT, path: CONNECTION, id: this.#calls.nextId() }),
    }
    this.#connector = new Connector({ ...parts, hooks })
  }

  get status(): WsStatus {
    return this.#connector.status
  }

  get isClosed(): boolean {
    return this.status === 'closed'
  }

  send(event: string, path: string, data?: unknown): boolean {
    const frame = this.#encode({ event, path, data })
    return this.#refusal(frame) === undefined && this.#post({ event, path, frame })
  }

  async call<Reply = unknown>(
    event: string,
    path: string,
    data?: unknown,
    { timeout = this.settings.rpcTimeout, signal }: CallOptions = {},
  ): Promise<Reply> {
    signal?.throwIfAborted()
    const id = this.#calls.nextId()
    const onGivenUp = (): void => this.#outbox.remove(id)
    const reply = this.#calls.open(id, { timeout, signal, onGivenUp }) as Promise<Reply>
    try {
      const refusal = this.#postCall({ event, path, data, id })
      if (refusal) this.#calls.reject(id, refusal)
    } catch (error) {
      this.#calls.reject(id, error)
    }
    return reply
  }

  stream<Item = unknown>(
    event: string,
    path: string,
    data?: unknown,
    options: StreamOptions = {},
  ): AsyncIterableIterator<Item, undefined> {
    const limits = { timeout: this.settings.rpcTimeout, ...options }
    const items: unknown = this.#streams.create({ event, path, data }, limits)
    return items as AsyncIterableIterator<Item, undefined>
  }

  on<Data = unknown>(event: string, path: string, handler: PushHandler<Data>): () => void {
    return this.#handlers.add(event, path, handler as PushHandler)
  }

  async subscribe(path: string, data?: unknown): Promise<() => void> {
    await this.call('subscribe', path, data)
    this.#subscriptions.add(path, data)
    let isOff = false
    return () => {
      if (isOff) return
      isOff = true
      if (this.#subscriptions.remove(path)) this.send('unsubscribe', path)
    }
  }

  room<C extends ChannelContract>(
    where: string | Channel<string, C>,
    ...rest: readonly unknown[]
  ): WsRoom<C> {
    const isPath = typeof where === 'string'
    const [params, options] = isPath ? [undefined, rest[0]] : rest
    const path = isPath ? where : fillPath(where.path, params as Record<string, string> | undefined)
    const room = this.#rooms.get(path) ?? new Room(this, path)
    this.#rooms.set(path, room)
    const presence = (options as RoomOptions | undefined)?.presence
    if (presence !== undefined) room.setPresence(presence)
    // The contract is a type only: what travels is checked by the server.
    return room as unknown as WsRoom<C>
  }

  onStatus(handler: (status: WsStatus, close?: WsClose) => void): () => void {
    return this.#onStatus.add(handler)
  }

  async refreshToken(): Promise<void> {
    const token = await this.settings.token?.()
    if (typeof token === 'string') await this.call(TOKEN_EVENT, CONNECTION, { token })
  }

  connect(): void {
    this.#connector.connect()
  }

  close(): void {
    this.#connector.close()
    this.#session.end()
    for (const room of this.#rooms.values()) room.abandon()
  }

  callFirst(
    event: string,
    path: string,
    data?: unknown,
    onData?: CallLimits['onData'],
  ): Promise<unknown> {
    const id = this.#calls.nextId()
    const limits = { timeout: this.settings.rpcTimeout, onGivenUp: () => undefined }
    const reply = this.#calls.open(id, { ...limits, ...(onData && { onData }) })
    this.#write({ event, path, data, id })
    this.#calls.sent(id)
    return reply
  }

  sendNow(event: string, path: string, data: unknown): boolean {
    return this.#write({ event, path, data })
  }

  /** Past all that waits. */
  #write(message: WsMessage): boolean {
    const { link } = this.#connector
    link?.send(link.isJson ? this.#toJson(message) : this.#pack(message))
    return link !== undefined
  }

  /** As the server reads it, once there is a connection; till then as it is hoped to. */
  #encode(message: WsMessage): WsFrame {
    const isJson = this.status === 'open' && this.#connector.link?.isJson === true
    return isJson ? this.#toJson(message) : this.#pack(message)
  }

  #pack(message: WsMessage): WsFrame {
    return this.settings.codec?.encode(message) ?? this.#toJson(message)
  }

  /** @throws TypeError for what JSON would make something else of, where there is a codec for it */
  #toJson(message: unknown): string {
    return JSON.stringify(message, this.settings.codec && refuseBytes)
  }

  /** What was encoded before it was known what the server reads. */
  #translate({ frame, ...rest }: Letter): Letter {
    const isFine = typeof frame === 'string' || this.#connector.link?.isJson !== true
    return { ...rest, frame: isFine ? frame : this.#toJson(this.settings.codec?.decode(frame)) }
  }

  /** Why a message cannot be sent, now or later. */
  #refusal(frame: WsFrame): WsClientError | undefined {
    if (this.isClosed) return new WsClientError(503, 'The client is closed')
    // A code unit is three bytes at most: only long texts have to be counted.
    const { maxPayload } = this.#session
    const isText = typeof frame === 'string'
    if (frame.length * 3 <= maxPayload) return undefined
    if ((isText ? byteLength(frame) : frame.length) <= maxPayload) return undefined
    return new WsClientError(413, `Larger than the ${maxPayload} bytes that the server takes`)
  }

  /** @returns why it cannot be sent, now or later */
  #postCall(message: WsMessage & { readonly id: number }): WsClientError | undefined {
    const { event, path, id } = message
    const frame = this.#encode(message)
    const refusal = this.#refusal(frame)
    if (refusal || this.#post({ event, path, frame, id })) return refusal
    return new WsClientError(429, 'Too many messages wait for the connection')
  }

  #post(letter: Letter): boolean {
    if (this.status !== 'open') return this.#outbox.add(letter)
    this.#connector.link?.send(letter.frame)
    if (letter.id !== undefined) this.#calls.sent(letter.id)
    return true
  }

  #postAll(): void {
    for (const waiting of this.#outbox.takeAll()) {
      const { id } = waiting
      let refusal: WsClientError | undefined
      try {
        const letter = this.#translate(waiting)
        refusal = this.#refusal(letter.frame)
        if (!refusal) this.#post(letter)
      } catch (error) {
        refusal = new WsClientError(400, String(error))
      }
      if (!refusal) continue
      if (id === undefined) this.#tellError(waiting, refusal)
      else this.#calls.reject(id, refusal)
    }
  }

  #receive(record: WsReply | WsPush): void {
    if (!('event' in record)) {
      this.#calls.reply(record)
      return
    }
    if (this.#connector.link?.offersV1 === true) this.#obey(record)
    if (this.#rooms.get(record.path)?.receive(record) !== false) this.#handlers.dispatch(record)
  }

  /** What the server says of the connection itself. */
  #obey({ event, data }: WsPush): void {
    if (event === RESERVED_PUSH.ITEM) this.#calls.item(data as object)
    else if (event === RESERVED_PUSH.WELCOME) {
      this.#session.welcome(data ?? {})
      this.#connector.startHeartbeat()
    } else if (event === RESERVED_PUSH.CLOSING) {
      const { retryAfter } = (data ?? {}) as Partial<WsClosing>
      if (typeof retryAfter === 'number') this.#connector.stayAway(retryAfter)
    } else if (event === RESERVED_PUSH.ERROR && isAbout(data, 401, TOKEN_EVENT)) {
      // When it fails, the server closes: nobody has to be told twice.
      this.refreshToken().catch(() => undefined)
    } else if (event === RESERVED_PUSH.ERROR && isAbout(data, 429, CREDIT_EVENT)) {
      this.#streams.refused()
    }
  }

  #restore(token: TokenAnswer): Promise<void> | undefined {
    const rooms = [...this.#rooms.values()].some(({ status }) => status !== 'left')
    const isNew = typeof token !== 'string' && !rooms && this.#subscriptions.isEmpty
    return isNew && !this.#resumption() ? undefined : this.#restoreAll(token)
  }

  async #restoreAll(token: TokenAnswer): Promise<void> {
    if (typeof token === 'string') await this.#authenticate(token)
    const resumed = await this.#resume()
    const rooms = [...this.#rooms.values()]
    await Promise.all(rooms.map(async (room) => room.restore(resumed?.rooms?.[room.path])))
    if (!resumed) await this.#subscribeAgain()
  }

  async #authenticate(token: string): Promise<void> {
    if (this.#connector.link?.offersV1 !== true) {
      throw new WsClientError(401, 'The server takes no token: it does not speak enfilade.v1')
    }
    await this.callFirst(TOKEN_EVENT, CONNECTION, { token })
  }

  #resumption(): object | undefined {
    if (this.#connector.link?.offersV1 !== true) return undefined
    const places = [...this.#rooms.values()].flatMap(({ path, position }) =>
      position ? [[path, position] as const] : [],
    )
    return this.#session.resumption(Object.fromEntries(places))
  }

  /** @returns what was resumed; `undefined` when the server knows nothing of the session */
  async #resume(): Promise<WsResumed | undefined> {
    const judge = (resumed: WsResumed | undefined): void => {
      this.#session.settle(resumed !== undefined)
      for (const room of this.#rooms.values()) room.judge(resumed?.rooms?.[room.path])
    }
    const resumption = this.#resumption()
    let resumed: WsResumed | undefined
    try {
      // Judged at once: the pushes that were missed may have come in the same packet.
      if (resumption) {
        await this.callFirst(RESUME_EVENT, CONNECTION, resumption, (data) => {
          const reply = data as WsResumed | null
          resumed = reply?.resumed === true ? reply : undefined
          judge(resumed)
        })
      }
    } catch (error) {
      // A server without sessions answers that it does not know the event.
      if (isTransient(error)) throw error
    }
    if (!resumed) judge(undefined)
    return resumed
  }

  async #subscribeAgain(): Promise<void> {
    const again = this.#subscriptions.entries().map(async ([path, data]) => {
      try {
        await this.callFirst('subscribe', path, data)
      } catch (error) {
        if (error instanceof WsClientError && !(error instanceof ConnectionLost)) {
          this.#tellError({ event: 'subscribe', path }, error)
        }
      }
    })
    await Promise.all(again)
  }

  #lost(close: WsClose): void {
    this.#session.disconnected()
    for (const room of this.#rooms.values()) room.lost()
    if (!this.isClosed) {
      this.#calls.rejectSent(new ConnectionLost(close))
      return
    }
    this.#outbox.takeAll()
    this.#calls.rejectAll(new WsClientError(503, 'The client is closed', close))
  }

  #tell(status: WsStatus, close?: WsClose): void {
    if (status === 'open') this.#postAll()
    this.#onStatus.emit(status, close)
  }

  /** As the server does for a message that has no id. */
  #tellError({ event, path }: Pick<Letter, 'event' | 'path'>, error: WsClientError): void {
    const { code, message } = error
    const data = { code, message, event, path }
    this.#handlers.dispatch({ event: RESERVED_PUSH.ERROR, path, data })
  }
}

function refuseBytes(_key: string, value: unknown): unknown {
  if (ArrayBuffer.isView(value)) throw new TypeError('The server reads JSON, which has no bytes')
  return value
}

/** Whether an `$error` is this one. About a `$token` that was good, 401 says that the session runs out. */
function isAbout(data: unknown, wanted: number, about: string): boolean {
  const { code, event } = (data ?? {}) as { code?: unknown; event?: unknown }
  return code === wanted && event === about
}
