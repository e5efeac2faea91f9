import type { MaybePromise } from '../async/maybe-promise.js'
import type { BroadcastWindow } from '../rooms/broadcast-window.js'
import type { QueryOptions } from '../rooms/query-options.js'
import type { RoomRoster } from '../rooms/room-queries.js'
import type { RoomCount } from '../rooms/rooms-elsewhere.js'
import { toSlowRule, type SlowChoice } from '../rooms/slow-rule.js'
import type { WsRoomManager } from '../rooms/ws-room-manager.js'
import type { WsConnection } from './ws-connection.js'
import type { WsParams } from '../protocol/records.js'
import type { WsMember } from '../protocol/v1.js'

/** What the current message is to its rooms: a `WsContext`. */
export interface RoomsContext {
  readonly kind: string
  readonly connection: WsConnection
  readonly path: string
  readonly params: WsParams
  readonly broadcastWindow: BroadcastWindow | undefined
}

/** How {@link WsRooms.broadcast} sends. */
export interface RoomBroadcastOptions {
  /** A room name in full; default: the path of the message. */
  readonly room?: string
  /** Whether the sender is left out. Default: true. */
  readonly excludeSelf?: boolean
  /** What becomes of it where a member reads too slowly. Default: the option `backpressure.policy`. */
  readonly slow?: SlowChoice
}

/** The rooms, seen from the current message: its path is the default room. */
export class WsRooms {
  readonly #manager: WsRoomManager<WsConnection>
  readonly #context: RoomsContext

  constructor(manager: WsRoomManager<WsConnection>, context: RoomsContext) {
    this.#manager = manager
    this.#context = context
  }

  /**
   * The connection enters a room, if its `@OnJoin` hooks allow.
   *
   * @param room default: the path of the message
   * @returns whether it is a member now; a promise when a hook or the transport needs one
   * @throws WsError as {@link WsRoomManager.join} does
   */
  join(room: string = this.#here()): MaybePromise<boolean> {
    return this.#manager.join(this.#context.connection, room)
  }

  /**
   * The connection leaves a room.
   *
   * @param room default: the path of the message
   * @returns whether it was a member
   */
  leave(room: string = this.#here()): boolean {
    return this.#manager.end(this.#context.connection, room, 'left')
  }

  /**
   * Pushes to a room; its `params` are those of the current message.
   *
   * @throws WsError 403 when the connection may only read there
   */
  broadcast(event: string, data?: unknown, options: RoomBroadcastOptions = {}): void {
    const { room = this.#here(), excludeSelf = true, slow } = options
    const { connection, broadcastWindow } = this.#context
    this.#manager.checkMaySend(connection, room)
    this.#manager.push(
      room,
      { event, path: room, params: pushParams(this.#context), data },
      excludeSelf ? connection : undefined,
      broadcastWindow,
      toSlowRule(slow, event),
    )
  }

  /**
   * Who is in a room with `@Presence`, and what they show.
   *
   * @param room default: the path of the message
   */
  members(room: string = this.#here()): WsMember[] {
    return this.#manager.members(room)
  }

  /**
   * How many connections are in a room, in all processes.
   *
   * @param room default: the path of the message
   * @throws RangeError for a wrong deadline, as a rejection
   */
  count(room: string = this.#here(), options?: QueryOptions): Promise<RoomCount> {
    return this.#manager.count(room, options)
  }

  /**
   * What {@link members} gives, after the other processes have been asked.
   *
   * @param room default: the path of the message
   * @throws RangeError for a wrong deadline, as a rejection
   */
  roster(room: string = this.#here(), options?: QueryOptions): Promise<RoomRoster> {
    return this.#manager.roster(room, options)
  }

  /**
   * Sets what the connection's member shows in a room. It is not validated.
   *
   * @param room default: the path of the message
   * @returns whether the connection is in a room with `@Presence`
   */
  setPresence(state: unknown, room: string = this.#here()): boolean {
    return this.#manager.setPresence(this.#context.connection, room, state)
  }

  /** The rooms that the connection is in, as of now. */
  rooms(): string[] {
    return [...this.#context.connection.rooms]
  }

  #here(): string {
    const { path, kind } = this.#context
    if (path === '') throw new TypeError(`name the room: there is no current path in ${kind}`)
    return path
  }
}

/** The parameters of a push: none rather than an empty object. */
export function pushParams({ params }: RoomsContext): WsParams | undefined {
  for (const _ in params) return params
  return undefined
}
