export { RedisBroadcastTransport } from './redis-broadcast-transport.js'
export { RedisDocumentOwners, type RedisDocumentOwnersOptions } from './redis-document-owners.js'
export { RedisHistory, type RedisHistoryOptions } from './redis-history.js'
export type {
  RedisBroadcastTransportOptions,
  RedisClusterNode,
  RedisConnectionOptions,
} from './redis-options.js'
export { RedisSessionStore, type RedisSessionStoreOptions } from './redis-session-store.js'
