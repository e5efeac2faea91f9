import type { Channel, ChannelContract } from '../protocol/channel.js'
import type { PathParams } from '../protocol/path-params.js'
import type { CallOptions } from './calls.js'
import type { WsStatus } from './connector.js'
import type { WsClose } from './link.js'
import type { PushHandler } from './push-handlers.js'
import type { StreamOptions } from './stream-call.js'
import type { AnyContract, RoomOptions, WsRoom } from './ws-room.js'

/** A connection to a server, through all its losses. */
export interface WsClient {
  readonly status: WsStatus

  /**
   * Sends a message that nobody answers; while there is no connection it waits for one.
   *
   * @returns whether it was taken: not when the client is closed, when `maxQueue` messages wait
   * already, or when it is larger than the server takes
   * @throws TypeError when the data cannot be written as JSON
   */
  send(event: string, path: string, data?: unknown): boolean
  /**
   * Sends a message and waits for its reply, for the connection too if there is none.
   *
   * @throws WsClientError the server's error; 408 without a reply in time, 413 when it is larger than
   * the server takes, 429 when too many wait, 503 when the connection is lost or the client closed
   */
  call<Reply = unknown>(
    event: string,
    path: string,
    data?: unknown,
    options?: CallOptions,
  ): Promise<Reply>
  /**
   * Reads a reply that is a stream, item by item: `for await (const row of client.stream('rows', '/table'))`.
   * It is asked for with the first item. A `break` ends it, at the server too. No more than a window of
   * items comes before it is taken.
   *
   * @throws RangeError for a window that is none
   * @returns items that can be read once. It throws what `call` rejects with; 400 when the handler does not
   * stream; 503 when the connection is lost
   */
  stream<Item = unknown>(
    event: string,
    path: string,
    data?: unknown,
    options?: StreamOptions,
  ): AsyncIterableIterator<Item, undefined>
  /**
   * Hears pushes of an event.
   *
   * @param path exact, or with `*` at its end for all that starts so: `/chat/*`
   * @returns how to stop
   */
  on<Data = unknown>(event: string, path: string, handler: PushHandler<Data>): () => void
  /**
   * Calls `subscribe` on a path, and again on each new connection, for servers that have such a
   * handler. Where it is refused then, `$error` is pushed on the path.
   *
   * @returns how to end it, by the message `unsubscribe`
   */
  subscribe(path: string, data?: unknown): Promise<() => void>
  /** The room of a path; the same object for the same path. It is entered by its `join`. */
  room<C extends ChannelContract = AnyContract>(path: string, options?: RoomOptions<C>): WsRoom<C>
  /**
   * The room of a channel, typed by its contract.
   *
   * @throws TypeError when a parameter of the path is missing
   */
  room<Path extends string, C extends ChannelContract>(
    channel: Channel<Path, C>,
    ...rest: RoomRest<NoInfer<Path>, NoInfer<C>>
  ): WsRoom<C>

  /** Hears of each change of `status`; with `reconnecting` and `closed` comes why. */
  onStatus(handler: (status: WsStatus, close?: WsClose) => void): () => void
  /** Asks `token` again and hands the new one to the server, before the old one runs out. */
  refreshToken(): Promise<void>
  /** Connects again after `closed`; the rooms are entered again, unless `close()` was called. */
  connect(): void
  /** Ends it: calls reject with 503, rooms are left, what waits is dropped. */
  close(): void
}

/** What follows the channel: its parameters may be left out when it has none. */
export type RoomRest<Path extends string, C extends ChannelContract> =
  object extends PathParams<Path>
    ? [params?: PathParams<Path>, options?: RoomOptions<C>]
    : [params: PathParams<Path>, options?: RoomOptions<C>]
