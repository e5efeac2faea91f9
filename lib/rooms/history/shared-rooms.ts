import { systemClock, type Clock, type ClockTimer } from '../../async/clock.js'
import { jsonCodec } from '../../protocol/codec.js'
import { newEpoch } from '../../protocol/new-epoch.js'
import type { RoomPosition } from '../../protocol/v1.js'
import type { TransportStatusChange } from '../../transports/broadcast-transport.js'
import type { HistoryCounters } from '../../transports/history/counted-history.js'
import type { HistoryPage, WsHistory } from '../../transports/history/ws-history.js'
import type { Encodings } from '../encodings/encodings.js'
import { envelopeHead, type ReceivedPush } from '../envelope.js'
import type { RoomFanOut } from '../room-fan-out.js'
import type { RoomMember } from '../room-member.js'
import type { Room } from '../room.js'
import { KeptPushes, type HistoryBudget } from './kept-pushes.js'
import type { HistoryOptions } from './room-history.js'
import { writeSharedPush, type KeptPublish } from './shared-push.js'
import { SharedRoom, type SharedRoomParts } from './shared-room.js'

/** What an app tells its shared rooms. */
export interface SharedRoomsOptions<M> {
  readonly history: WsHistory
  /** What is counted of it. */
  readonly counters: Pick<HistoryCounters, 'apart' | 'gaps'>
  readonly encodings: Encodings
  readonly clock?: Clock
  /** How much is kept of a room; `undefined` for nothing. */
  readonly ruleOf: (room: string) => Required<HistoryOptions> | undefined
  /** The room is elsewhere in its history; with a gap when something may have been missed. */
  readonly moved: (room: string, position: RoomPosition, isGap: boolean) => void
  /** A member, when it is in this process. */
  readonly find: (id: string) => M | undefined
  /** Some rooms are on their own, for the first time since none was; or none is any more. */
  readonly onApart: (isApart: boolean, cause?: unknown) => void
  readonly onStatus: (change: TransportStatusChange) => void
  /** Hears of what cannot be read or written. */
  readonly onError: (error: unknown, room: string) => void
}

/** How the members in this process are served. */
export interface LocalRooms<M extends RoomMember> {
  readonly fanOut: RoomFanOut<M> | undefined
  readonly roomOf: (name: string) => Room<M> | undefined
}

interface Open<M extends RoomMember> {
  readonly room: SharedRoom<M>
  users: number
  /** Until it is known where the room is. */
  opening: Promise<void> | undefined
}

/** Milliseconds that a push waits for the history. */
const PATIENCE = 1_000

/** Milliseconds between two attempts to return to it. */
const RETRY = 500

/** Rooms that are read at once. */
const AT_ONCE = 100

/** Rooms without members here that have to start anew. */
const MAX_OWED = 100_000

/** The rooms of an app whose pushes are kept in a shared history. */
export class SharedRooms<M extends RoomMember> {
  readonly #options: SharedRoomsOptions<M>
  readonly #instance = crypto.randomUUID()
  readonly #head = envelopeHead({ from: this.#instance, isFrame: true })
  readonly #clock: Clock
  readonly #parts: SharedRoomParts<M>
  readonly #budget: HistoryBudget = { used: 0 }
  readonly #open = new Map<string, Open<M>>()
  readonly #apart = new Set<SharedRoom<M>>()
  readonly #owed = new Set<string>()
  /** Rooms that have to be looked at, in their order. */
  readonly #queue = new Set<SharedRoom<M>>()
  #running = 0
  #number = 0
  #timer: ClockTimer | undefined
  readonly #unwatch: () => void

  constructor(options: SharedRoomsOptions<M>, { fanOut, roomOf }: LocalRooms<M>) {
    const { history, encodings, clock = systemClock, find, moved, onError } = options
    this.#options = options
    this.#clock = clock
    this.#parts = {
      ...{ history, clock, find },
      deliver: (name, frame, { exclude, window, slow }) => {
        const room = roomOf(name)
        if (room) fanOut?.publish(room, frame, exclude, window, slow)
      },
      patience: PATIENCE,
      instance: this.#instance,
      write: (push, seq) => encodings.encodeAll({ ...push, seq }),
      read: ({ received }) => encodings.read(received),
      moved: (room, isGap) => {
        const entry = roomOf(room.name)
        if (isGap) options.counters.gaps++
        if (entry) fanOut?.settle?.(entry)
        moved(room.name, room, isGap)
      },
      parted: (room, cause) => this.#parted(room, cause),
      failed: onError,
    }
    this.#unwatch = history.onStatus((change) => {
      options.onStatus(change)
      if (change.status === 'ready') this.#lookAtAll()
      if (change.status === 'down') for (const { room } of this.#open.values()) room.lost()
    })
  }

  /** How many rooms are open here. */
  get size(): number {
    return this.#open.size
  }

  /** A room that is open here. */
  of(room: string): SharedRoom<M> | undefined {
    return this.#open.get(room)?.room
  }

  /** One more member; done when it is known where the room is. Never rejects. */
  acquire(name: string): Promise<void> | undefined {
    const known = this.#open.get(name)
    if (known) {
      known.users++
      return known.opening
    }
    const bounds = this.#options.ruleOf(name)
    if (!bounds) return undefined
    const kept = new KeptPushes(bounds, this.#budget, this.#clock)
    const room = new SharedRoom<M>(name, this.#parts, { bounds, kept })
    const open: Open<M> = { room, users: 1, opening: undefined }
    this.#open.set(name, open)
    open.opening = room.open().then(() => (open.opening = undefined))
    return open.opening
  }

  /** One member less. */
  release(name: string): void {
    const open = this.#open.get(name)
    if (!open || --open.users > 0) return
    this.#open.delete(name)
    this.#close(open.room)
  }

  /**
   * Keeps a push, and delivers it when its turn has come.
   *
   * @returns false when nothing is kept of the room
   * @throws TypeError when the push cannot be written as JSON
   */
  push(name: string, kept: KeptPublish<M>): boolean {
    const open = this.#open.get(name)
    const bounds = open ? undefined : this.#options.ruleOf(name)
    if (!open && !bounds) return false
    const number = ++this.#number
    const payload = writeSharedPush(number, kept.exclude?.id, this.#write(kept))
    if (open) open.room.push(kept, number, payload)
    else if (bounds) this.#append(name, payload, bounds)
    return true
  }

  /**
   * A push came from outside, past the history. Every process that hears of it keeps it; it counts once,
   * when it has an id.
   *
   * @returns false when nothing is kept of the room
   */
  adopt(name: string, received: ReceivedPush): boolean {
    const bounds = this.#options.ruleOf(name)
    if (!bounds) return false
    this.#append(name, writeSharedPush(0, undefined, received.text), bounds, received.id)
    return true
  }

  /** What has to be read of a room before somebody can return to it; `undefined` for nothing. */
  load(name: string, position: RoomPosition): Promise<HistoryPage | undefined> | undefined {
    return this.of(name)?.load(position)
  }

  /** Hears of nothing any more. */
  close(): void {
    this.#unwatch()
    this.#clock.clearTimeout(this.#timer)
    for (const { room } of this.#open.values()) room.close()
    this.#open.clear()
    this.#apart.clear()
    this.#options.counters.apart = 0
    this.#queue.clear()
  }

  #write({ push, slow }: KeptPublish<M>): string {
    const also = this.#options.encodings.beyondJson(push)
    const from = this.#instance
    const head = slow || also ? envelopeHead({ from, isFrame: true, slow, also }) : this.#head
    return head + String(jsonCodec.encode(push))
  }

  #append(name: string, payload: string, bounds: Required<HistoryOptions>, id?: string): void {
    const how = { ...bounds, epoch: newEpoch(), ...(id && { id }) }
    this.#parts.history.append(name, payload, how).catch((error: unknown) => {
      this.#owe(name)
      this.#options.onError(error, name)
    })
  }

  #close(room: SharedRoom<M>): void {
    if (room.isAhead) this.#owe(room.name)
    this.#queue.delete(room)
    room.close()
    this.#rejoined(room)
  }

  #parted(room: SharedRoom<M>, cause: unknown): void {
    if (cause === undefined) {
      this.#rejoined(room)
      return
    }
    if (this.of(room.name) !== room) {
      this.#owe(room.name)
      return
    }
    this.#apart.add(room)
    this.#options.counters.apart = this.#apart.size
    if (this.#apart.size === 1) this.#options.onApart(true, cause)
    this.#retrySoon()
  }

  #rejoined(room: SharedRoom<M>): void {
    if (!this.#apart.delete(room)) return
    this.#options.counters.apart = this.#apart.size
    if (this.#apart.size === 0) this.#options.onApart(false)
  }

  /** The history lacks something that was pushed to a room. */
  #owe(name: string): void {
    if (this.#owed.size < MAX_OWED) this.#owed.add(name)
    this.#retrySoon()
  }

  #retrySoon(): void {
    this.#timer ??= this.#clock
      .setTimeout(() => {
        this.#timer = undefined
        this.#retry()
      }, RETRY)
      .unref()
  }

  #retry(): void {
    if (this.#apart.size + this.#owed.size === 0) return
    this.#retrySoon()
    if (this.#options.history.status !== 'ready') return
    for (const name of this.#owed) void this.#restart(name)
    for (const room of this.#apart) this.#look(room)
  }

  async #restart(name: string): Promise<void> {
    const bounds = this.#options.ruleOf(name)
    this.#owed.delete(name)
    try {
      if (bounds) await this.#parts.history.restart(name, bounds)
    } catch {
      this.#owe(name)
    }
  }

  /** The connection to the history is back. */
  #lookAtAll(): void {
    for (const { room } of this.#open.values()) this.#look(room)
    if (this.#owed.size > 0) this.#retrySoon()
  }

  #look(room: SharedRoom<M>): void {
    this.#queue.add(room)
    this.#run()
  }

  #run(): void {
    for (const room of this.#queue) {
      if (this.#running >= AT_ONCE) return
      this.#queue.delete(room)
      this.#running++
      const done = room.isApart ? room.rejoin() : room.catchUp()
      void done.then(() => {
        this.#running--
        this.#run()
      })
    }
  }
}
