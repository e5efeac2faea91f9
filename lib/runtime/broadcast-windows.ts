import type { WsFrame } from '../protocol/codec.js'
import type { BroadcastWindow } from '../rooms/broadcast-window.js'
import type { Room } from '../rooms/room.js'
import type { WsConnection } from './ws-connection.js'

/** What `'auto'` gathers for, in milliseconds. */
export const AUTO_WINDOW = 2

/** A push that waits. */
export interface GatheredPush {
  readonly frame: WsFrame
  readonly exclude: WsConnection | undefined
}

type Rooms = Room<WsConnection>

/** Rooms whose windows end together. */
interface Batch {
  rooms: Set<Rooms>
  timer: NodeJS.Timeout | undefined
}

/** Delivers a push. */
export type DeliverPush = (room: Rooms, push: GatheredPush) => void

/**
 * Gathers pushes: many senders in many turns then share one write per member. Each push stays a
 * message of its own, and those of one room stay in order.
 */
export class BroadcastWindows {
  readonly #deliver: DeliverPush
  readonly #gathered = new Map<Rooms, GatheredPush[]>()
  readonly #batches = new Map<BroadcastWindow, Batch>()

  constructor(deliver: DeliverPush) {
    this.#deliver = deliver
  }

  /** Whether nothing waits, in no room. */
  get isEmpty(): boolean {
    return this.#gathered.size === 0
  }

  /** Delivers a push: now, or with the others of its window. */
  push(room: Rooms, push: GatheredPush, window: BroadcastWindow): void {
    const gathered = this.#gathered.size > 0 ? this.#gathered.get(room) : undefined
    if (gathered && window !== 0) {
      gathered.push(push)
      return
    }
    if (gathered) this.release(room)
    if (window === 0 || window === 'auto') this.#deliver(room, push)
    if (window !== 0) this.#open(room, window === 'auto' ? [] : [push], window)
  }

  /** Delivers at once what was gathered for a room: its members are about to change. */
  release(room: Rooms): void {
    if (this.#gathered.size === 0) return
    const gathered = this.#gathered.get(room)
    if (!gathered) return
    this.#gathered.delete(room)
    for (const push of gathered) this.#deliver(room, push)
  }

  /** Delivers at once all that was gathered. */
  releaseAll(): void {
    for (const { timer } of this.#batches.values()) clearTimeout(timer)
    this.#batches.clear()
    for (const room of [...this.#gathered.keys()]) this.release(room)
  }

  #open(room: Rooms, gathered: GatheredPush[], window: BroadcastWindow): void {
    this.#gathered.set(room, gathered)
    let batch = this.#batches.get(window)
    if (!batch) {
      batch = { rooms: new Set(), timer: undefined }
      this.#batches.set(window, batch)
    }
    batch.rooms.add(room)
    batch.timer ??= setTimeout(
      () => this.#end(window),
      window === 'auto' ? AUTO_WINDOW : window,
    ).unref()
  }

  #end(window: BroadcastWindow): void {
    const batch = this.#batches.get(window)
    if (!batch) return
    const { rooms } = batch
    this.#batches.delete(window)
    for (const room of rooms) {
      const isLoaded = (this.#gathered.get(room)?.length ?? 0) > 0
      this.release(room)
      // Whoever was pushed to so often will be again.
      if (window === 'auto' && isLoaded) this.#open(room, [], window)
    }
  }
}
