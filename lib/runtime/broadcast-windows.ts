import type { EventLoopUtilization } from 'node:perf_hooks'
import { systemClock, type Clock, type ClockTimer } from '../async/clock.js'
import type { BroadcastWindow } from '../rooms/broadcast-window.js'
import type { PushFrame } from '../rooms/encodings/push-frame.js'
import type { Room } from '../rooms/room.js'
import type { SlowRule } from '../rooms/slow-rule.js'
import type { WsConnection } from './ws-connection.js'

/** What `'auto'` gathers for, in milliseconds. */
const AUTO_WINDOW = 2

/** So many milliseconds without any push, and `'auto'` opens no window: its end would wake up an idle process. */
const QUIET = 10

/** The share of its time that a busy event loop is not idle. */
const BUSY = 0.7

/** A push that waits. */
export interface GatheredPush {
  readonly frame: PushFrame
  readonly exclude: WsConnection | undefined
  readonly slow?: SlowRule | undefined
}

type AnyRoom = Room<WsConnection>

/** What has been gathered for a room. */
interface Gathering {
  readonly pushes: GatheredPush[]
  /** Whether a push went out at once when it began. */
  readonly hasPushed: boolean
}

/** Rooms whose windows end together. */
interface Batch {
  readonly rooms: Set<AnyRoom>
  /** How busy the event loop was up to then. */
  readonly before: EventLoopUtilization
  readonly timer: ClockTimer
}

/** Delivers a push. */
export type DeliverPush = (room: AnyRoom, push: GatheredPush) => void

/**
 * Gathers pushes: many senders in many turns then share one write per member. Each push stays a
 * message of its own, and those of one room stay in order.
 */
export class BroadcastWindows {
  readonly #deliver: DeliverPush
  readonly #clock: Clock
  readonly #gatherings = new Map<AnyRoom, Gathering>()
  readonly #batches = new Map<BroadcastWindow, Batch>()
  /** The last push with `'auto'`, and the last that came when it was quiet. */
  #pushedAt = -Infinity
  #quietAt = -Infinity
  #quietRoom: AnyRoom | undefined

  constructor(deliver: DeliverPush, clock: Clock = systemClock) {
    this.#clock = clock
    this.#deliver = deliver
  }

  /** Whether nothing waits, in no room. */
  get isEmpty(): boolean {
    return this.#gatherings.size === 0
  }

  /** Delivers a push: now, or with the others of its window. */
  push(room: AnyRoom, push: GatheredPush, window: BroadcastWindow): void {
    const gathering = this.#gatherings.get(room)
    if (gathering && window !== 0) {
      gathering.pushes.push(push)
      return
    }
    this.release(room)
    if (window === 'auto') this.#pushAuto(room, push)
    else if (window === 0) this.#deliver(room, push)
    else this.#open(room, window, { pushes: [push], hasPushed: false })
  }

  #pushAuto(room: AnyRoom, push: GatheredPush): void {
    const now = this.#clock.now()
    const isQuiet = now - this.#pushedAt > QUIET
    const isSecond = room === this.#quietRoom && now - this.#quietAt < AUTO_WINDOW
    this.#pushedAt = now
    if (isSecond) {
      this.#open(room, 'auto', { pushes: [push], hasPushed: false })
      return
    }
    this.#deliver(room, push)
    if (isQuiet) {
      this.#quietAt = now
      this.#quietRoom = room
    } else {
      this.#open(room, 'auto', { pushes: [], hasPushed: true })
    }
  }

  /** Delivers at once what was gathered for a room: its members are about to change. */
  release(room: AnyRoom): void {
    const gathering = this.#gatherings.get(room)
    if (!gathering) return
    this.#gatherings.delete(room)
    for (const push of gathering.pushes) this.#deliver(room, push)
  }

  /** Delivers at once all that was gathered. */
  releaseAll(): void {
    for (const { timer } of this.#batches.values()) this.#clock.clearTimeout(timer)
    this.#batches.clear()
    for (const room of [...this.#gatherings.keys()]) this.release(room)
  }

  #open(room: AnyRoom, window: BroadcastWindow, gathering: Gathering): void {
    this.#gatherings.set(room, gathering)
    const batch = this.#batches.get(window) ?? this.#startBatch(window)
    batch.rooms.add(room)
  }

  #startBatch(window: BroadcastWindow): Batch {
    const length = window === 'auto' ? AUTO_WINDOW : window
    // What has arrived while the window before was delivered still belongs to this one.
    const end = (): void => this.#clock.setImmediate(() => this.#end(window))
    const timer = this.#clock.setTimeout(end, length).unref()
    const before = utilization()
    const batch = { rooms: new Set<AnyRoom>(), before, timer }
    this.#batches.set(window, batch)
    return batch
  }

  #end(window: BroadcastWindow): void {
    const batch = this.#batches.get(window)
    if (!batch) return
    const { rooms, before } = batch
    this.#batches.delete(window)
    // Who answers each sender at once, and delivers, may have no idle moment to receive more in.
    const isBusy = utilization(before).utilization > BUSY
    for (const room of rooms) {
      const gathering = this.#gatherings.get(room)
      this.release(room)
      if (window !== 'auto' || !gathering) continue
      const { pushes, hasPushed } = gathering
      if (pushes.length > 0 || (hasPushed && isBusy)) {
        this.#open(room, window, { pushes: [], hasPushed: false })
      }
    }
  }
}

/** Loaded with the first window: an import would be felt at every start. */
function utilization(before?: EventLoopUtilization): EventLoopUtilization {
  return process.getBuiltinModule('node:perf_hooks').performance.eventLoopUtilization(before)
}
