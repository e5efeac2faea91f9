import type {
  CallAnswer,
  CallData,
  CallName,
  CallReply,
  ChannelContract,
  PresenceState,
  PushData,
  PushName,
  StreamItem,
  StreamName,
} from '../protocol/channel.js'
import type { WsPush } from '../protocol/records.js'
import type { WsMember } from '../protocol/v1.js'
import type { CallOptions } from './calls.js'
import type { StreamOptions } from './stream-call.js'
import type { RosterChange } from './roster.js'

/** The contract of a room that is named by its path alone: anything goes. */
export interface AnyContract {
  readonly calls: Readonly<Record<string, (data?: unknown) => unknown>>
  readonly pushes: Readonly<Record<string, unknown>>
  readonly presence: unknown
}

/** How a room is entered. */
export interface RoomOptions<C extends ChannelContract = AnyContract> {
  /** One's own presence from the start. Default: none until `setPresence`. */
  readonly presence?: PresenceState<C>
}

/** Whether one is a member. A room that is entered again after a loss is `joining`, too. */
export type WsRoomStatus = 'left' | 'joining' | 'joined'

/** Why a room was left by somebody else's doing. */
export interface RoomLeft {
  /** `refused` when it could not be entered again, else what the server gave. */
  readonly reason: string
  /** What refused the entry. */
  readonly error?: unknown
}

/** Where a room could not be continued. */
export interface RoomGap {
  /** What the server replied when the room was entered again; `undefined` when it did not have to be. */
  readonly reply: unknown
}

/** The data that `join` and `leave` take, and their reply, where the contract has such calls. */
export type EntryData<C extends ChannelContract, E extends 'join' | 'leave'> =
  E extends CallName<C> ? CallData<C, E> : [data?: undefined]

/** The reply to `join` and `leave`. */
export type EntryReply<C extends ChannelContract, E extends 'join' | 'leave'> =
  E extends CallName<C> ? CallReply<C, E> : unknown

/** A room as one member sees it. */
export interface WsRoom<C extends ChannelContract = AnyContract> {
  readonly path: string
  readonly status: WsRoomStatus
  /** Everybody in the room, by id; empty where there is no presence. Each change makes a new map. */
  readonly members: ReadonlyMap<string, WsMember<PresenceState<C>>>
  /** One's own member. */
  readonly self: WsMember<PresenceState<C>> | undefined

  /**
   * Calls `join` on the path, which the server's handler with `@Join()` answers; again after each loss
   * that could not be recovered from, with the same data. While one is a member it only repeats the
   * reply.
   *
   * @throws WsClientError what refused the entry, 408 without a connection in time
   */
  join(...data: EntryData<C, 'join'>): Promise<EntryReply<C, 'join'>>
  /** Calls `leave` on the path, and does not enter again. Does nothing when one is not a member. */
  leave(...data: EntryData<C, 'leave'>): Promise<EntryReply<C, 'leave'> | undefined>
  /** As `client.call`, on the path of the room. */
  call<E extends CallName<C>>(
    event: E,
    ...args: [...CallData<C, E>, options?: CallOptions]
  ): Promise<CallAnswer<C, E>>
  /** As `client.stream`, on the path of the room. */
  stream<E extends StreamName<C>>(
    event: E,
    ...args: [...CallData<C, E>, options?: StreamOptions]
  ): AsyncIterableIterator<StreamItem<C, E>, undefined>
  /** As `client.send`, on the path of the room. */
  send<E extends CallName<C>>(event: E, ...data: CallData<C, E>): boolean
  /** Hears pushes to the room, each once and in order. Returns how to stop. */
  on<E extends PushName<C>>(
    event: E,
    handler: (data: PushData<C, E>, push: WsPush) => void,
  ): () => void
  /** Says how one is: at once, then at most once per `presenceInterval`, the latest state. */
  setPresence(state: PresenceState<C>): void
  /** Hears who comes, changes and goes. Returns how to stop. */
  onMembers(handler: (change: RosterChange<PresenceState<C>>) => void): () => void
  /** Hears when pushes may have been missed: the time to load the state anew. Returns how to stop. */
  onGap(handler: (gap: RoomGap) => void): () => void
  /** Hears of each change of `status`. Returns how to stop. */
  onStatus(handler: (status: WsRoomStatus, left?: RoomLeft) => void): () => void
}
