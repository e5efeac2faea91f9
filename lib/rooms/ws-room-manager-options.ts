import type { MaybePromise } from '../async/maybe-promise.js'
import type { WsCodec } from '../protocol/codec.js'
import type { BroadcastExchange } from './broadcast-exchange.js'
import type { Encodings } from './encodings/encodings.js'
import type { RoomLog } from './history/room-history.js'
import type { SharedRoomsOptions } from './history/shared-rooms.js'
import type { PresenceAccess } from './presence/presence-access.js'
import type { RoomAccess } from './room-access.js'
import type { RoomFanOut } from './room-fan-out.js'
import type { RoomMember } from './room-member.js'
import type { RoomWatcher } from './room-watcher.js'
import type { RoomsElsewhere } from './rooms-elsewhere.js'

/** What a manager works with; everything has a default. */
export interface WsRoomManagerOptions<M extends RoomMember> {
  /** Default: JSON. */
  readonly codec?: WsCodec
  /** Instead of `codec`, where members may read different encodings; it takes a `fanOut`. */
  readonly encodings?: Encodings
  /** Default: the manager calls each member's `send`. */
  readonly fanOut?: RoomFanOut<M>
  /** Default: this process only. */
  readonly exchange?: BroadcastExchange
  /** How many rooms one member may be in. Default: no limit. */
  readonly maxRoomsPerMember?: number
  /** May throw or reject to refuse an entry. */
  readonly beforeJoin?: (member: M, room: string) => MaybePromise<RoomAccess | undefined | void>
  /** Runs after a member left. */
  readonly afterLeave?: (member: M, room: string) => MaybePromise<void>
  /** The log of a room whose pushes are kept. Default: none are. Without a `fanOut` it is not asked. */
  readonly history?: (room: string) => RoomLog | undefined
  /** A history that other processes share, instead of `history`. It takes a `fanOut`. Default: none. */
  readonly shared?: SharedRoomsOptions<M>
  /** The rosters of rooms. Default: there are none. */
  readonly presence?: PresenceAccess<M>
  /** The rooms of the other processes. Default: there are none. */
  readonly elsewhere?: RoomsElsewhere
  /** Hears of every entry and leave. */
  readonly watcher?: RoomWatcher<M>
  /** Hears of what `afterLeave` throws. Default: nobody does. */
  readonly onError?: (error: unknown, member: M, room: string) => void
}
