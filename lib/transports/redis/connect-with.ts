import type { StoreConnect } from '../managed/store-link.js'
import { connectCluster } from './cluster-session.js'
import type { ResolvedRedisOptions } from './redis-options.js'
import { connectRedis, type RedisSession } from './redis-session.js'

/**
 * How to connect by these options, to one Redis or to a cluster.
 *
 * @param scripts in Lua, to be run by their hash
 */
export function connectWith(
  { cluster, ...options }: ResolvedRedisOptions,
  scripts: readonly string[] = [],
): StoreConnect<RedisSession> {
  return (events, signal) =>
    cluster
      ? connectCluster({ ...options, nodes: cluster, scripts }, events, signal)
      : connectRedis({ ...options, scripts }, events, signal)
}
