import type { WsParams } from '../protocol/records.js'

/**
 * What the room manager asks of a member. A `WsConnection` has it; in tests any object does.
 */
export interface RoomMember {
  readonly id: string
  /** Whose it is; absent when it is nobody's. */
  readonly userId?: string | undefined
  /** Kept by the manager: a `Set` that only it changes. */
  readonly rooms: ReadonlySet<string>
  /** Whether it can still join. Absent means yes. */
  readonly isOpen?: boolean
  send(event: string, path: string, data?: unknown, params?: WsParams): unknown
}
