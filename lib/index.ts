// First, since uWebSockets.js is awaited: what an app imports next, tsyringe maybe, is run meanwhile.
import './metadata/reflect.js'

export { createWsApp } from './app.js'
export { WsApp, type CloseOptions } from './ws-app.js'

export { Access } from './decorators/access.js'
export { Broadcast, type BroadcastOptions, type KeyOfPush } from './decorators/broadcast.js'
export { Connection } from './decorators/connection.js'
export { Controller, type ControllerOptions } from './decorators/controller.js'
export { Data, type DataOptions } from './decorators/data.js'
export { Describe } from './decorators/describe.js'
export { Join } from './decorators/join.js'
export { Leave } from './decorators/leave.js'
export { Message } from './decorators/message.js'
export { OnConnect } from './decorators/on-connect.js'
export { OnDisconnect } from './decorators/on-disconnect.js'
export { OnJoin } from './decorators/on-join.js'
export { OnLeave } from './decorators/on-leave.js'
export { OnMessage } from './decorators/on-message.js'
export { Param } from './decorators/param.js'
export { RateLimit } from './decorators/rate-limit.js'
export { Presence } from './decorators/presence.js'
export { Rooms } from './decorators/rooms.js'
export { Serial } from './decorators/serial.js'
export { Server } from './decorators/server.js'
export { Session } from './decorators/session.js'
export { Stream } from './decorators/stream.js'
export { Timeout } from './decorators/timeout.js'
export { Use } from './decorators/use.js'

export { guard } from './runtime/middleware.js'
export type {
  WsMiddleware,
  WsMiddlewareClass,
  WsMiddlewareHandler,
  WsNext,
} from './runtime/middleware.js'
export { WsConnection } from './runtime/ws-connection.js'
export { WsContext, type WsContextKind, type WsMessageInfo } from './runtime/ws-context.js'
export type { TransportReport, WsCounters } from './runtime/ws-counters.js'
export type {
  WsDocumentEvent,
  WsDropCause,
  WsErrorEvent,
  WsEventMap,
  WsEvents,
  WsRefuseEvent,
} from './runtime/ws-events.js'
export type { BackpressureLimit, RateLimit as RateLimitOptions } from './runtime/limits.js'
export { WsDocuments } from './runtime/ws-documents.js'
export { WsRooms, type RoomBroadcastOptions } from './runtime/ws-rooms.js'
export {
  WsServer,
  type DisconnectOptions,
  type RevokeOptions,
  type ServerBroadcastOptions,
} from './runtime/ws-server.js'
export { WsUser } from './runtime/ws-user.js'
export type { ConnectionPlace, UserPlaces } from './runtime/server-elsewhere.js'
export type { UpgradeRequest } from './runtime/upgrade-request.js'

export { WsRoomManager } from './rooms/ws-room-manager.js'
export type { WsRoomManagerOptions } from './rooms/ws-room-manager-options.js'
export type { HistoryChoice, HistoryOptions } from './rooms/history/room-history.js'
export type { BroadcastWindow } from './rooms/broadcast-window.js'
export {
  createPublisher,
  type PublisherOptions,
  type PublishOptions,
  type WsPublisher,
} from './rooms/create-publisher.js'
export type { RoomFanOut } from './rooms/room-fan-out.js'
export type { RoomAccess } from './rooms/room-access.js'
export type { RoomMember } from './rooms/room-member.js'
export type { QueryOptions } from './rooms/query-options.js'
export type { RoomRoster } from './rooms/room-queries.js'
export type { RoomCount, RoomsElsewhere } from './rooms/rooms-elsewhere.js'
export type { SlowChoice, SlowPolicy, SlowRule } from './rooms/slow-rule.js'

export type { ClusterCounters } from './cluster/cluster-counters.js'
export type { HistoryCounters } from './transports/history/counted-history.js'
export type { SessionCounters } from './transports/sessions/counted-session-store.js'
export type { StoreCounters } from './transports/managed/store-counters.js'
export type { NodeChange } from './cluster/cluster-state.js'
export type { WsNode } from './cluster/ws-node.js'

export { BroadcastTransport } from './di/tokens.js'
export type {
  PublishResult,
  TransportGap,
  TransportStatus,
  TransportStatusChange,
  WsBroadcastTransport,
  WsManagedTransport,
} from './transports/broadcast-transport.js'
export type {
  BroadcastDriver,
  BroadcastSession,
  BrokerMessage,
  SessionEvents,
} from './transports/managed/broadcast-driver.js'
export type { ManagedTransportOptions } from './transports/managed/managed-options.js'
export { ManagedTransport } from './transports/managed/managed-transport.js'
export type { KeptMessages } from './transports/managed/outbox.js'
export type {
  TransportCounters,
  TransportLossCause,
} from './transports/managed/transport-counters.js'
export type { EntryHandler } from './transports/history/entry-handlers.js'
export { MemoryHistory } from './transports/history/memory-history.js'
export type {
  HistoryAppend,
  HistoryBounds,
  HistoryEntry,
  HistoryPage,
  WsHistory,
} from './transports/history/ws-history.js'
export { MemorySessionHub } from './transports/sessions/memory-session-hub.js'
export { MemorySessionStore } from './transports/sessions/memory-session-store.js'
export type {
  LeaseState,
  SessionClaim,
  SessionLease,
  SessionRecord,
  SessionRoom,
  WsSessionStore,
} from './transports/sessions/ws-session-store.js'
export { MemoryBroadcastHub } from './transports/memory/memory-broadcast-hub.js'
export { MemoryBroadcastTransport } from './transports/memory/memory-broadcast-transport.js'

export { WsError } from './errors/ws-error.js'
export { ERROR_CODES, type WsErrorCode } from './errors/error-codes.js'
export { WsDefinitionError, type DefinitionProblem } from './errors/ws-definition-error.js'
export { WsListenError, type ListenAddress } from './errors/ws-listen-error.js'
export { WsStoreError, type WsStoreFault } from './errors/ws-store-error.js'
export { WsStateError, type WsAppStatus } from './errors/ws-state-error.js'
export { WsPlatformError } from './errors/ws-platform-error.js'

export { defineChannel } from './protocol/channel.js'
export type {
  CallData,
  CallReply,
  Channel,
  ChannelContract,
  PresenceState,
  PushData,
} from './protocol/channel.js'
export { CLOSE_CODES } from './protocol/close-codes.js'
export { jsonCodec, type WsCodec, type WsFrame, type WsSubprotocolCodec } from './protocol/codec.js'
export { ENFILADE_V1 } from './protocol/subprotocol.js'
export type { RoomPosition, WsMember } from './protocol/v1.js'
export type {
  WsErrorBody,
  WsMessage as WsMessageRecord,
  WsMessageId,
  WsParams,
  WsPush,
  WsReply,
} from './protocol/records.js'

export type { HttpHandler, WsHttp } from './uws/http-routes.js'
export type { WsLogger, WsLogMethod } from './logging/logger.js'
export { DEFAULT_LIMITS } from './options/defaults.js'
export type {
  ClusterOptions,
  CompressionOptions,
  HealthOptions,
  LimitOptions,
  RecoveryOptions,
  SignalOptions,
  TlsOptions,
  WsAppOptions,
} from './options/options.js'
export {
  publishRoute,
  type PublishingApp,
  type PublishRouteOptions,
} from './publish/publish-route.js'
export { MemoryPublishLedger, type PublishLedger } from './publish/publish-ledger.js'
export type { RouteInfo } from './compile/list-routes.js'
export type { WsAppRole } from './workers/app-role.js'
export type { WorkerFigures, WorkerState, WorkerStatus } from './workers/worker-messages.js'
export type { FieldError } from './validation/data-error.js'
export type { Clock, ClockTimer } from './async/clock.js'
export type { MaybePromise } from './async/maybe-promise.js'
export type { Description } from './metadata/records.js'
export type {
  AsyncApiChannel,
  AsyncApiDocument,
  AsyncApiMessage,
  AsyncApiOperation,
  AsyncApiOptions,
  AsyncApiServer,
  JsonSchema,
} from './asyncapi/asyncapi-document.js'
