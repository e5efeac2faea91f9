import type { RedisOptions } from 'ioredis'
import { showValue } from '../../errors/show-value.js'
import type { ManagedTransportOptions } from '../managed/managed-options.js'

/** Where one node of a Redis Cluster is. */
export interface RedisClusterNode {
  readonly host: string
  /** Default: 6379. */
  readonly port?: number
}

/** How to reach Redis; everything has a default. */
export interface RedisConnectionOptions {
  /** `redis://user:password@host:6379` or `rediss://…`. Default: what `redis` says. */
  readonly url?: string
  /**
   * Options of ioredis: `host`, `port`, `username`, `password`, `tls`; `sentinels` and `name` for
   * Redis Sentinel. Those of reconnecting and queueing are set by the transport. Default: the local
   * host, port 6379.
   */
  readonly redis?: RedisOptions
  /**
   * Some nodes of a Redis Cluster of version 7 or later; the others are found. `redis` then says how
   * to log in to each. Default: no cluster.
   */
  readonly cluster?: readonly RedisClusterNode[]
  /**
   * What the names of all channels and keys start with. Apps that share a Redis need one each: the number of
   * a database does not keep channels apart. Default: `enfilade:`.
   */
  readonly prefix?: string
  /**
   * Into how many parts channels and keys are divided on a cluster, 1 to 1,024; the same for all processes.
   * Default: 64.
   */
  readonly partitions?: number
}

/** What {@link RedisBroadcastTransport} takes; everything has a default. */
export interface RedisBroadcastTransportOptions
  extends RedisConnectionOptions, ManagedTransportOptions {}

/** The options, checked, with the defaults put in. */
export interface ResolvedRedisOptions {
  readonly url: string | undefined
  readonly redis: RedisOptions
  readonly cluster: readonly RedisClusterNode[] | undefined
  readonly prefix: string
  readonly partitions: number
}

/** @throws TypeError when an option is not what it may be */
export function resolveRedisOptions(options: RedisConnectionOptions): ResolvedRedisOptions {
  const { url, redis = {}, cluster, prefix = 'enfilade:', partitions = 64 } = options
  if (typeof prefix !== 'string') throw new TypeError(`prefix: ${showValue(prefix)} is no text`)
  if (url !== undefined && !/^rediss?:\/\//.test(url)) {
    throw new TypeError('url: start it with redis:// or rediss://')
  }
  if (!(Number.isInteger(partitions) && partitions >= 1 && partitions <= 1024)) {
    throw new TypeError(`partitions: ${showValue(partitions)} is no whole number from 1 to 1024`)
  }
  if (cluster !== undefined) checkCluster(cluster, options)
  return { url, redis, cluster, prefix, partitions }
}

function checkCluster(
  cluster: readonly RedisClusterNode[],
  { url, redis, prefix }: RedisConnectionOptions,
): void {
  if (!Array.isArray(cluster) || cluster.length === 0) {
    throw new TypeError('cluster: name a node at least')
  }
  if (url !== undefined || redis?.sentinels) {
    throw new TypeError('cluster: leave out url and sentinels, the nodes are named already')
  }
  // A part of a channel's name in braces decides about its place; ours comes later.
  if (prefix?.includes('{')) throw new TypeError('prefix: leave out "{" on a cluster')
}
