import type { MaybePromise } from '../../async/maybe-promise.js'
import type { RoomPosition } from '../../protocol/v1.js'
import type { TransportStatus, TransportStatusChange } from '../broadcast-transport.js'

/** How much of a room is kept. */
export interface HistoryBounds {
  /** Pushes. */
  readonly size: number
  /** Seconds. */
  readonly ttl: number
}

/** What a history hands to its subscribers, and gives to those who read. */
export interface HistoryEntry extends RoomPosition {
  /** The `seq` of the entry before, or less when that one is not kept any more. */
  readonly previous: number
  /** What was kept; `undefined` says that the room starts anew here, with another epoch. */
  readonly payload: string | undefined
}

/** What came after a position. Its own position is that of the last entry of the room. */
export interface HistoryPage extends RoomPosition {
  /** Whether it is all: the epoch is the same, and nothing in between is missing. */
  readonly isComplete: boolean
  /**
   * In order. The one at the position that was asked for comes first, when it is still kept. Empty when
   * the page is not complete.
   */
  readonly entries: readonly HistoryEntry[]
}

/** How one payload is kept. */
export interface HistoryAppend extends HistoryBounds {
  /** The epoch that the room gets when it has none: letters, digits and dashes. */
  readonly epoch: string
  /** Of several appends to the room with one id, within two minutes, one counts. Default: none. */
  readonly id?: string
}

/**
 * What was pushed to rooms, kept outside the processes that serve them: all of them read the same, and
 * hear of each entry, in the same order.
 */
export interface WsHistory {
  readonly status: TransportStatus
  /** @returns a function that ends the listening */
  onStatus(listener: (change: TransportStatusChange) => void): () => void
  /**
   * Numbers a payload, keeps it, and hands it to all subscribers of the room, in one step. The calls of
   * one process for one room are taken in their order.
   *
   * @returns a promise that rejects with a `WsStoreError`; what it was about may have been kept
   */
  append(room: string, payload: string, how: HistoryAppend): Promise<void>
  /**
   * Where a room is, and what came after a position. A room without an epoch gets one.
   *
   * @returns a promise that rejects with a `WsStoreError`
   */
  read(room: string, since: RoomPosition | undefined, bounds: HistoryBounds): Promise<HistoryPage>
  /**
   * Gives a room another epoch and forgets what was kept of it: something was pushed that is not here.
   * Subscribers hear of it.
   *
   * @param epoch when given, only a room that has it starts anew
   * @returns a promise that rejects with a `WsStoreError`
   */
  restart(room: string, bounds: HistoryBounds, epoch?: string): Promise<void>
  /** Done when every entry from now on arrives, or the store is out of reach. */
  subscribe(room: string, handler: (entry: HistoryEntry) => void): MaybePromise<void>
  unsubscribe(room: string, handler: (entry: HistoryEntry) => void): void
}

/** Bytes, or UTF-16 units, of what is kept of one room. */
export const MAX_ROOM_LENGTH = 1024 * 1024

/** Seconds for which two appends with one id count once. */
export const APPEND_ID_TTL = 120

/** Seconds for which the place of a room is known longer than its entries. */
export const PLACE_TTL = 3600
