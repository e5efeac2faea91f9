import type { MaybePromise } from '../../async/maybe-promise.js'
import type { RoomPosition } from '../../protocol/v1.js'
import type { TransportStatus, TransportStatusChange } from '../broadcast-transport.js'
import { countAnswer, startStoreCounters, type StoreCounters } from '../managed/store-counters.js'
import type { EntryHandler } from './entry-handlers.js'
import type { HistoryAppend, HistoryBounds, HistoryPage, WsHistory } from './ws-history.js'

/** What an app has counted of its shared history. */
export interface HistoryCounters extends StoreCounters {
  /** Pushes that the history has taken. */
  appended: number
  /** Rooms that were made to start anew, since it lacked something that was pushed to them. */
  restarted: number
  /** Rooms that are on their own now. */
  apart: number
  /** Rooms whose members in this process were told of a gap; each time counts. */
  gaps: number
}

/** A history of which is counted what it is asked. */
export class CountedHistory implements WsHistory {
  readonly counters: HistoryCounters
  readonly #history: WsHistory

  constructor(history: WsHistory) {
    this.#history = history
    const own = { appended: 0, restarted: 0, apart: 0, gaps: 0 }
    this.counters = Object.assign(startStoreCounters(history), own)
  }

  get status(): TransportStatus {
    return this.#history.status
  }

  onStatus(listener: (change: TransportStatusChange) => void): () => void {
    return this.#history.onStatus(listener)
  }

  async append(room: string, payload: string, how: HistoryAppend): Promise<void> {
    await countAnswer(this.counters, this.#history.append(room, payload, how))
    this.counters.appended++
  }

  read(room: string, since: RoomPosition | undefined, bounds: HistoryBounds): Promise<HistoryPage> {
    return countAnswer(this.counters, this.#history.read(room, since, bounds))
  }

  async restart(room: string, bounds: HistoryBounds, epoch?: string): Promise<void> {
    await countAnswer(this.counters, this.#history.restart(room, bounds, epoch))
    this.counters.restarted++
  }

  subscribe(room: string, handler: EntryHandler): MaybePromise<void> {
    return this.#history.subscribe(room, handler)
  }

  unsubscribe(room: string, handler: EntryHandler): void {
    this.#history.unsubscribe(room, handler)
  }
}
