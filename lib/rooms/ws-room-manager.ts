import { andThen, guarded, isPromise, withEnd, type MaybePromise } from '../async/maybe-promise.js'
import { WsError } from '../errors/ws-error.js'
import { jsonCodec, type WsCodec } from '../protocol/codec.js'
import type { WsParams, WsPush } from '../protocol/records.js'
import type { BroadcastWindow } from './broadcast-window.js'
import { channelOf } from './channels.js'
import { Encodings } from './encodings/encodings.js'
import type { PushFrame } from './encodings/push-frame.js'
import type { ReceivedPush } from './envelope.js'
import type { KeptPublish } from './history/shared-push.js'
import { SharedRooms } from './history/shared-rooms.js'
import { JoinAttempts, type JoinAttempt } from './join-attempts.js'
import { Room } from './room.js'
import { RoomChannels } from './room-channels.js'
import { RoomRegistry } from './room-registry.js'
import type { LeaveReason } from './leave-reason.js'
import type { RoomMember } from './room-member.js'
import type { RoomAccess } from './room-access.js'
import { checkRoomName } from './room-name.js'
import { sendToAll } from './send-to-all.js'
import { RoomQueries } from './room-queries.js'
import { RoomReaders } from './room-readers.js'
import type { SlowRule } from './slow-rule.js'
import type { WsRoomManagerOptions } from './ws-room-manager-options.js'

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
export class WsRoomManager<M extends RoomMember = RoomMember> extends RoomQueries<M> {
  readonly #options: WsRoomManagerOptions<M>
  readonly #codec: WsCodec
  readonly #encodings: Encodings
  readonly #rooms = new RoomRegistry<M>()
  readonly #channels: RoomChannels | undefined
  /** The rooms whose pushes other processes keep, too. @internal */
  readonly shared: SharedRooms<M> | undefined
  readonly #attempts = new JoinAttempts<M>()
  readonly #readers = new RoomReaders<M>()

  constructor(options: WsRoomManagerOptions<M> = {}) {
    super(options)
    this.#options = options
    this.#encodings = options.encodings ?? new Encodings(options.codec ?? jsonCodec)
    this.#codec = this.#encodings.main.codec
    const { exchange, fanOut } = options
    const roomOf = (name: string): Room<M> | undefined => this.find(name)
    const shared = options.shared && new SharedRooms(options.shared, { fanOut, roomOf })
    this.shared = shared
    if (!exchange && !shared) return
    const receive = (room: string, received: ReceivedPush): void => this.#receive(room, received)
    this.#channels = new RoomChannels({ exchange, shared }, receive)
  }

  /** How many rooms have a member in this process. */
  get size(): number {
    return this.#rooms.size
  }

  /**
   * How many rooms the transport has a subscription for, or one that starts or ends.
   *
   * @internal
   */
  get channels(): number {
    return this.#channels?.size ?? 0
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
    if (connection.isOpen === false) return false
    const underWay = this.#attempts.find(connection, room)?.result
    if (underWay) return underWay
    const attempt = this.#begin(connection, room)
    const result = withEnd(
      () => andThen(this.#ask(attempt), () => this.#enter(attempt)),
      () => {
        attempt.result = undefined
        this.#attempts.end(attempt)
      },
    )
    if (isPromise(result)) attempt.result = result
    return result
  }

  /**
   * A join with work between its halves: when the `@OnJoin` hooks have agreed, and before the
   * connection becomes a member. A leave meanwhile cancels it.
   *
   * @returns what the work came to; a failure of hooks, work or transport is its own
   * @internal
   */
  joinAfter<T>(connection: M, room: string, work: () => MaybePromise<T>): MaybePromise<T> {
    checkRoomName(room)
    if (connection.rooms.has(room)) return work()
    const attempt = this.#begin(connection, room)
    const enter = (value: T): MaybePromise<T> => andThen(this.#enter(attempt), () => value)
    return withEnd(
      () => andThen(this.#ask(attempt), () => andThen(work(), enter)),
      () => this.#attempts.end(attempt),
    )
  }

  /**
   * Ends a membership, or a join under way. `@OnLeave` hooks run afterwards.
   *
   * @returns whether the connection was a member
   */
  leave(connection: M, room: string): boolean {
    return this.end(connection, room, 'kicked')
  }

  /**
   * What {@link leave} does, for a reason.
   *
   * @internal
   */
  end(connection: M, room: string, reason: LeaveReason): boolean {
    this.#attempts.cancel(connection, room)
    if (!(connection.rooms as Set<string>).delete(room)) return false
    this.#readers.delete(connection, room)
    const entry = this.#rooms.get(room)
    if (entry) this.#remove(connection, entry, reason)
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
    const reason = connection.isOpen === false ? 'closed' : 'kicked'
    for (const room of [...connection.rooms]) this.end(connection, room, reason)
  }

  /** Opens a room as for one more member, whom {@link admit} lets in; as a join fails. @internal */
  hold(room: string): MaybePromise<void> {
    return this.#channels?.acquire(room)
  }

  /** Gives back a room that was held. @internal */
  unhold(room: string): void {
    this.#channels?.release(room)
  }

  /** Makes a connection a member of a room that is held for it. @internal */
  admit(member: M, room: string, access: RoomAccess): void {
    const wasMember = member.rooms.has(room)
    const isMember = this.#add({ member, room, access, users: 1, isCancelled: false })
    if (wasMember || !isMember) this.unhold(room)
  }

  /** What a member may do in a room; `undefined` for who is none. */
  access(connection: M, room: string): RoomAccess | undefined {
    if (!connection.rooms.has(room)) return undefined
    return this.#readers.has(connection, room) ? 'read' : 'write'
  }

  /**
   * Changes what a member may do: with `'read'` it receives, but what it broadcasts to the room is
   * refused with 403. It is so until the member leaves, or its access is set again.
   *
   * @returns whether it is a member
   */
  setAccess(connection: M, room: string, access: RoomAccess): boolean {
    if (!connection.rooms.has(room)) return false
    if (access === 'read') this.#readers.add(connection, room)
    else this.#readers.delete(connection, room)
    this.#options.watcher?.changed?.(connection)
    return true
  }

  /**
   * For broadcasts in the name of a connection.
   *
   * @throws WsError 403 when it may only read there
   * @internal
   */
  checkMaySend(connection: M, room: string): void {
    if (this.#readers.has(connection, room)) throw new WsError(403, 'Read-only in this room')
  }

  /**
   * Pushes to the members in this process, at once, and keeps nothing of it.
   *
   * @internal
   */
  announce(push: WsPush, exclude?: M): void {
    const entry = this.#rooms.get(push.path)
    if (entry) this.#options.fanOut?.publish(entry, this.#encode(push, entry), exclude, 0)
  }

  /**
   * A member has another socket.
   *
   * @internal
   */
  renew(connection: M, room: string): Room<M> | undefined {
    const entry = this.#rooms.get(room)
    if (!entry?.members.has(connection)) return undefined
    this.#options.fanOut?.renew?.(connection, entry)
    return entry
  }

  /** The members in this process, as of now. */
  connections(room: string): Set<M> {
    return new Set(this.#rooms.get(room)?.members)
  }

  /** @internal */
  countHere(room: string): number {
    return this.#rooms.get(room)?.members.size ?? 0
  }

  /** The rooms that have a member in this process, as of now. */
  rooms(): string[] {
    return [...this.#rooms.names()]
  }

  /** Whether anybody in this process is in the room. */
  has(room: string): boolean {
    return this.#rooms.has(room)
  }

  /** @internal */
  find(room: string): Room<M> | undefined {
    return this.#rooms.get(room)
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
    this.push(room, { event, path, params, data }, exclude)
  }

  /**
   * What {@link broadcast} does, with a window and a rule for slow members of its own.
   *
   * @internal
   */
  push(room: string, push: WsPush, exclude?: M, window?: BroadcastWindow, slow?: SlowRule): void {
    const { fanOut, exchange } = this.#options
    if (this.shared?.push(room, { push, exclude, window, slow })) return
    const entry = this.#rooms.get(room)
    if (entry?.log) {
      this.#publishKept(entry, { push, exclude, window, slow })
      exchange?.publish(channelOf(room), push, undefined, slow)
      return
    }
    // One text for the members here and for the other processes.
    const isJson = exchange !== undefined && this.#codec === jsonCodec
    const text = isJson ? (this.#codec.encode(push) as string) : undefined
    if (entry && fanOut) {
      fanOut.publish(entry, this.#encode(push, entry, text), exclude, window, slow)
    } else if (entry) sendToAll(entry, push, exclude)
    exchange?.publish(channelOf(room), push, text, slow)
  }

  /**
   * Encodes data once for all the records that carry it.
   *
   * @returns what may be broadcast, and be the `data` of a reply, in its place
   * @internal
   */
  prepare(data: unknown): unknown {
    return this.#options.fanOut ? this.#encodings.prepare(data) : data
  }

  /** What is kept has a place, which is each process's own. */
  #publishKept(entry: Room<M>, { push, exclude, window, slow }: KeptPublish<M>): void {
    const frame = entry.log?.append(
      (seq) => this.#encodings.encodeAll({ ...push, seq }),
      exclude?.id,
    ) as PushFrame
    this.#options.fanOut?.publish(entry, frame, exclude, window, slow)
  }

  #receive(room: string, received: ReceivedPush): void {
    const entry = this.#rooms.get(room)
    if (!entry || this.shared?.adopt(room, received)) return
    const { fanOut } = this.#options
    if (entry.log) {
      this.#publishKept(entry, { push: this.#encodings.read(received), slow: received.slow })
      return
    }
    if (!fanOut) {
      sendToAll(entry, received.read())
      return
    }
    const frame = this.#encodings.readOn(received, entry.tally, entry.size)
    fanOut.publish(entry, frame, undefined, undefined, received.slow)
  }

  #encode(push: WsPush, { tally, size }: Room<M>, text?: string): PushFrame {
    return this.#encodings.encode(push, tally, size, text)
  }

  #begin(connection: M, room: string): JoinAttempt<M> {
    const { maxRoomsPerMember = Infinity } = this.#options
    const isUnderWay = this.#attempts.find(connection, room) !== undefined
    const taken = connection.rooms.size + this.#attempts.count(connection)
    if (!isUnderWay && taken >= maxRoomsPerMember) {
      throw new WsError(400, `A connection may be in ${maxRoomsPerMember} rooms at most`)
    }
    return this.#attempts.begin(connection, room)
  }

  #ask(attempt: JoinAttempt<M>): MaybePromise<void> {
    const { beforeJoin } = this.#options
    if (!beforeJoin) return
    return andThen(beforeJoin(attempt.member, attempt.room), (access) => {
      attempt.access = access ?? undefined
    })
  }

  #enter(attempt: JoinAttempt<M>): MaybePromise<boolean> {
    const { member, room } = attempt
    const channels = this.#channels
    if (!channels || member.rooms.has(room) || !canEnter(attempt)) return this.#add(attempt)
    return andThen(channels.acquire(room), () => {
      const wasMember = member.rooms.has(room)
      const isMember = this.#add(attempt)
      // It counts once for each member, however many joins of it waited.
      if (wasMember || !isMember) channels.release(room)
      return isMember
    })
  }

  #add(attempt: JoinAttempt<M>): boolean {
    const { member, room } = attempt
    if (member.rooms.has(room)) return true
    if (!canEnter(attempt)) return false
    let entry = this.#rooms.get(room)
    if (!entry) {
      const { fanOut, history } = this.#options
      entry = new Room(room, fanOut && history?.(room), this.shared?.of(room))
      entry.log?.setOccupied(true)
      this.#rooms.add(entry)
    }
    entry.add(member)
    // The room's own string, so that all its members share one.
    ;(member.rooms as Set<string>).add(entry.name)
    if (attempt.access === 'read') this.#readers.add(member, entry.name)
    this.#options.fanOut?.enter(member, entry)
    this.#options.watcher?.entered(member, entry)
    return true
  }

  #remove(connection: M, entry: Room<M>, reason: LeaveReason): void {
    entry.delete(connection)
    if (entry.members.size === 0) {
      this.#rooms.delete(entry)
      entry.log?.setOccupied(false)
    }
    this.#options.fanOut?.exit(connection, entry)
    this.#options.watcher?.left(connection, entry, reason)
    this.#channels?.release(entry.name)
  }
}

function canEnter({ isCancelled, member }: JoinAttempt<RoomMember>): boolean {
  return !isCancelled && member.isOpen !== false
}
