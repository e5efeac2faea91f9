import type { MaybePromise } from '../async/maybe-promise.js'
import type { CompiledDocuments } from '../documents/app/document-kit.js'
import type { HistoryOptions } from '../rooms/history/room-history.js'
import type { WsContext, WsContextOwner } from './ws-context.js'

/** A compiled `@OnMessage` handler. */
export interface Route extends WsContextOwner {
  readonly event: string
  readonly pattern: string
  /** Middleware, arguments, the method, membership and broadcast; what it returns is the reply. */
  readonly run: (context: WsContext) => unknown
  /** Messages with the same key wait for each other; `undefined` when nobody waits. */
  readonly serialKey: object | undefined
}

/** A compiled `@OnConnect` or `@OnDisconnect` handler. */
export interface LifecycleHook extends WsContextOwner {
  readonly run: (context: WsContext) => unknown
}

/** A compiled `@OnJoin` or `@OnLeave` handler. */
export interface RoomHook extends LifecycleHook {
  /** The parameters in the room's name, or `undefined` when the hook is not meant. */
  readonly match: (room: string) => Readonly<Record<string, string>> | undefined
}

/** How much is kept of a room. */
export type HistoryBounds = (
  params: Readonly<Record<string, string>>,
  room: string,
) => Required<HistoryOptions> | undefined

/** Rooms whose pushes are kept. */
export interface HistoryRule {
  readonly match: RoomHook['match']
  /** Of one of these rooms; `undefined` for nothing. Throws a `TypeError` for a choice that is none. */
  readonly boundsOf: HistoryBounds
}

/** Rooms that have a roster. */
export interface PresenceRule {
  readonly match: RoomHook['match']
  /** Checks and builds what a member shows. Throws or rejects with a `WsError` 400. */
  readonly read: (data: unknown) => MaybePromise<unknown>
}

/** What matched a message. */
export interface MatchedRoute {
  readonly route: Route
  /** `undefined` when the path is no valid percent-encoding. */
  readonly params: Readonly<Record<string, string>> | undefined
  readonly raw: Readonly<Record<string, string>>
}

/** All that was compiled; frozen. */
export interface CompiledApp {
  readonly match: (event: string, path: string) => MatchedRoute | undefined
  readonly suggest: (event: string, path: string) => string | undefined
  readonly connect: readonly LifecycleHook[]
  readonly disconnect: readonly LifecycleHook[]
  readonly join: readonly RoomHook[]
  readonly leave: readonly RoomHook[]
  readonly history: readonly HistoryRule[]
  readonly presence: readonly PresenceRule[]
  /** `undefined` for none. */
  readonly documents: CompiledDocuments | undefined
}
