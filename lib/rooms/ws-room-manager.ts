import { andThen, guarded, isPromise, type MaybePromise } from '../async/maybe-promise.js'
import { WsError } from '../errors/ws-error.js'
import { jsonCodec, type WsCodec } from '../protocol/codec.js'
import type { WsParams, WsPush } from '../protocol/records.js'
import type { BroadcastExchange } from './broadcast-exchange.js'
import { JoinAttempts, type JoinAttempt } from './join-attempts.js'
import { Room } from './room.js'
import { RoomChannel } from './room-channel.js'
import type { RoomFanOut } from './room-fan-out.js'
import type { RoomMember } from './room-member.js'
import { checkRoomName } from './room-name.js'

/** What a manager works with; everything has a default. */
export interface WsRoomManagerOptions<M extends RoomMember> {
  /** Default: JSON. */
  readonly codec?: WsCodec
  /** Default: the manager calls each member's `send`. */
  readonly fanOut?: RoomFanOut<M>
  /** Default: this process only. */
  readonly exchange?: BroadcastExchange
  /** How many rooms one member may be in. Default: no limit. */
  readonly maxRoomsPerMember?: number
  /** May throw or reject to refuse an entry. */
  readonly beforeJoin?: (member: M, room: string) => MaybePromise<void>
  /** Runs after a member left. */
  readonly afterLeave?: (member: M, room: string) => MaybePromise<void>
  /** Hears of what `afterLeave` throws. Default: nobody does. */
  readonly onError?: (error: unknown, member: M, room: string) => void
}

/**
 * The registry of rooms: who is in which, and how a push gets to them. A room exists as long as it
 * has a member.
 *
 * In an app it is `app.rooms`; on its own it works with any members that have `id`, `rooms` (a
 * `Set`) and `send`.
 *
 * @example
 * ```ts
 * const rooms = new WsRoomManager()
 * rooms.join(member, '/chat/general')
 * rooms.broadcast('/chat/general', 'said', '/chat/general', { text: 'hello' })
 * ```
 */
export class WsRoomManager<M extends RoomMember = RoomMember> {
  readonly #options: WsRoomManagerOptions<M>
  readonly #codec: WsCodec
  readonly #rooms = new Map<string, Room<M>>()
  readonly #channels = new Map<string, RoomChannel>()
  readonly #attempts = new JoinAttempts<M>()

  constructor(options: WsRoomManagerOptions<M> = {}) {
    this.#options = options
    this.#codec = options.codec ?? jsonCodec
  }

  /** How many rooms have a member in this process. */
  get size(): number {
    return this.#rooms.size
  }

  /**
   * Makes a connection a member. `@OnJoin` hooks may refuse it. A join of a room that the
   * connection is in, or on its way into, changes nothing.
   *
   * @returns whether it is a member now: `false` when the connection closed, or left meanwhile. A
   * promise when a hook or the transport needs one.
   * @throws WsError 400 for a bad name or too many rooms, 503 when the transport cannot subscribe,
   * and what a hook throws; a promise rejects with them
   */
  join(connection: M, room: string): MaybePromise<boolean> {
    checkRoomName(room)
    if (connection.rooms.has(room)) return true
    const underWay = this.#attempts.find(connection, room)?.result
    if (underWay) return underWay
    const attempt: JoinAttempt = { isCancelled: false }
    const result = andThen(this.admit(connection, room), () =>
      this.#enter(connection, room, attempt),
    )
    return isPromise(result) ? this.#track(connection, room, attempt, result) : result
  }

  /**
   * Asks the `@OnJoin` hooks whether a connection may enter, which {@link enter} then does: the two
   * halves of a join, with a handler between.
   *
   * @internal
   */
  admit(connection: M, room: string): MaybePromise<void> {
    checkRoomName(room)
    if (connection.rooms.has(room)) return
    const { maxRoomsPerMember = Infinity, beforeJoin } = this.#options
    if (connection.rooms.size + this.#attempts.count(connection) >= maxRoomsPerMember) {
      throw new WsError(400, `A connection may be in ${maxRoomsPerMember} rooms at most`)
    }
    return beforeJoin?.(connection, room)
  }

  /** @internal */
  enter(connection: M, room: string): MaybePromise<boolean> {
    const attempt: JoinAttempt = { isCancelled: false }
    const result = this.#enter(connection, room, attempt)
    return isPromise(result) ? this.#track(connection, room, attempt, result) : result
  }

  /**
   * Ends a membership, or a join under way. `@OnLeave` hooks run afterwards.
   *
   * @returns whether the connection was a member
   */
  leave(connection: M, room: string): boolean {
    this.#attempts.cancel(connection, room)
    if (!(connection.rooms as Set<string>).delete(room)) return false
    const entry = this.#rooms.get(room)
    if (entry) this.#remove(connection, entry)
    const { afterLeave, onError } = this.#options
    if (afterLeave) {
      void guarded(
        () => afterLeave(connection, room),
        (error) => onError?.(error, connection, room),
      )
    }
    return true
  }

  /** Ends every membership of a connection. */
  leaveAll(connection: M): void {
    this.#attempts.cancelAll(connection)
    for (const room of [...connection.rooms]) this.leave(connection, room)
  }

  /** The members in this process, as of now. */
  connections(room: string): Set<M> {
    return new Set(this.#rooms.get(room)?.members)
  }

  /** Whether anybody in this process is in the room. */
  has(room: string): boolean {
    return this.#rooms.has(room)
  }

  /**
   * Pushes to all members of a room, here and in the other processes. It is encoded once.
   *
   * @param path the `path` of the push; in an app's own broadcasts the room
   * @param exclude left out, whether a member or not
   * @throws what the codec throws for data it cannot encode
   */
  broadcast(
    room: string,
    event: string,
    path: string,
    data?: unknown,
    params?: WsParams,
    exclude?: M,
  ): void {
    const push: WsPush = { event, path, params, data }
    this.#deliver(room, push, exclude)
    const { exchange } = this.#options
    if (exchange) exchange.publish(channelOf(room), push)
  }

  #deliver(room: string, push: WsPush, exclude?: M): void {
    const entry = this.#rooms.get(room)
    if (!entry) return
    const { fanOut } = this.#options
    if (fanOut) {
      fanOut.publish(entry, this.#codec.encode(push), exclude)
      return
    }
    const { event, path, data, params } = push
    for (const member of entry.members) {
      if (member !== exclude) member.send(event, path, data, params)
    }
  }

  #track(
    connection: M,
    room: string,
    attempt: JoinAttempt,
    result: PromiseLike<boolean>,
  ): Promise<boolean> {
    const tracked = Promise.resolve(result).finally(() =>
      this.#attempts.remove(connection, room, attempt),
    )
    attempt.result = tracked
    this.#attempts.add(connection, room, attempt)
    return tracked
  }

  #enter(connection: M, room: string, attempt: JoinAttempt): MaybePromise<boolean> {
    const { exchange } = this.#options
    if (!exchange) return this.#add(connection, room, attempt)
    if (connection.rooms.has(room)) return true
    let acquired: MaybePromise<void>
    try {
      acquired = this.#channel(exchange, room).acquire()
    } catch {
      this.#drop(room)
      throw unavailable()
    }
    if (!isPromise(acquired)) return this.#addOrRelease(connection, room, attempt)
    return Promise.resolve(acquired).then(
      () => this.#addOrRelease(connection, room, attempt),
      () => {
        this.#drop(room)
        throw unavailable()
      },
    )
  }

  #addOrRelease(connection: M, room: string, attempt: JoinAttempt): boolean {
    const wasMember = connection.rooms.has(room)
    const isMember = this.#add(connection, room, attempt)
    if (wasMember || !isMember) this.#release(room)
    return isMember
  }

  #add(connection: M, room: string, attempt: JoinAttempt): boolean {
    if (connection.rooms.has(room)) return true
    if (attempt.isCancelled || connection.isOpen === false) return false
    let entry = this.#rooms.get(room)
    if (!entry) {
      entry = new Room(room)
      this.#rooms.set(room, entry)
    }
    entry.members.add(connection)
    ;(connection.rooms as Set<string>).add(room)
    this.#options.fanOut?.enter(connection, entry)
    return true
  }

  #remove(connection: M, entry: Room<M>): void {
    entry.members.delete(connection)
    if (entry.members.size === 0) this.#rooms.delete(entry.name)
    this.#options.fanOut?.exit(connection, entry)
    this.#release(entry.name)
  }

  #channel(exchange: BroadcastExchange, room: string): RoomChannel {
    const existing = this.#channels.get(room)
    if (existing) return existing
    const channel = new RoomChannel(exchange, channelOf(room), (push) => this.#deliver(room, push))
    this.#channels.set(room, channel)
    return channel
  }

  #release(room: string): void {
    const channel = this.#channels.get(room)
    if (!channel) return
    void andThen(channel.release(), () => this.#drop(room))
  }

  /** Forgets a channel that nobody is in and that has nothing left to do. */
  #drop(room: string): void {
    if (this.#channels.get(room)?.isIdle) this.#channels.delete(room)
  }
}

function channelOf(room: string): string {
  return `ws:room:${room}`
}

function unavailable(): WsError {
  return new WsError(503, 'The room cannot be reached at present')
}
