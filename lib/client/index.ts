export { createWsClient } from './create-ws-client.js'
export type { RoomRest, WsClient } from './ws-client.js'
export { WsClientError } from './ws-client-error.js'
export {
  CLIENT_DEFAULTS,
  type PerAttempt,
  type TokenAnswer,
  type WsClientOptions,
} from './options.js'
export type { CallOptions } from './calls.js'
export type { PushHandler } from './push-handlers.js'
export type { RosterChange } from './roster.js'
export type { StreamOptions } from './stream-call.js'
export type { WsStatus } from './connector.js'
export type { WsClose } from './link.js'
export type { WebSocketClass, WebSocketLike } from './platform.js'
export type {
  AnyContract,
  EntryData,
  EntryReply,
  RoomGap,
  RoomLeft,
  RoomOptions,
  WsRoom,
  WsRoomStatus,
} from './ws-room.js'

export { CLOSE_CODES } from '../protocol/close-codes.js'
export { defineChannel } from '../protocol/channel.js'
export type {
  CallAnswer,
  CallData,
  CallName,
  CallReply,
  Channel,
  ChannelContract,
  PresenceState,
  PushData,
  PushName,
  StreamItem,
  StreamName,
} from '../protocol/channel.js'
export { fillPath, type PathParams } from '../protocol/path-params.js'
export type { WsParams, WsPush } from '../protocol/records.js'
export type { WsMember } from '../protocol/v1.js'
