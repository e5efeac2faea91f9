import type { PushFrame } from '../encodings/push-frame.js'
import type { WsParams } from '../../protocol/records.js'
import type { RoomPosition } from '../../protocol/v1.js'
import type { HistoryPage } from '../../transports/history/ws-history.js'

/** How much of a room's pushes is kept. */
export interface HistoryOptions {
  /** Pushes, 1 to 10,000. Default: 200. A room keeps at most about 1 MiB, whatever they are. */
  readonly size?: number
  /** Seconds that a push is kept, and a room without members, 1 to 86,400. Default: 120. */
  readonly ttl?: number
}

/**
 * Says how much of a room's pushes is kept, by the parameters in its name: `true`, `false` or a size and
 * a ttl. It is asked when the room opens, and has to say the same of it in every process.
 */
export type HistoryChoice = (
  params: WsParams,
  room: string,
) => boolean | HistoryOptions | null | undefined

/** A push that is kept. */
export interface KeptPush {
  readonly frame: PushFrame
  /** The member that it was not sent to. */
  readonly exclude: string | undefined
}

/** What was pushed to one room, for those who come back. */
export interface RoomView extends RoomPosition {
  /**
   * What came after a position; `undefined` when that is not known in full.
   *
   * @param page what a shared history was asked for before
   */
  since(position: RoomPosition, page?: HistoryPage): readonly KeptPush[] | undefined
}

/** What was pushed to one room, kept by this process. */
export interface RoomLog extends RoomView {
  /**
   * Keeps a push.
   *
   * @param write encodes it with its place; what it throws leaves the log as it was
   * @returns the frame
   */
  append(write: (seq: number) => PushFrame, exclude: string | undefined): PushFrame
  /** The first member entered, or the last one left. */
  setOccupied(isOccupied: boolean): void
}

/** Where the logs of rooms are. */
export interface RoomHistory {
  /** The log of a room; made when there is none. */
  open(room: string, options: Required<HistoryOptions>): RoomLog
  /** Forgets everything. */
  close(): void
}

/** The history of a room that does not say how much. */
export const DEFAULT_HISTORY = { size: 200, ttl: 120 } as const satisfies Required<HistoryOptions>
