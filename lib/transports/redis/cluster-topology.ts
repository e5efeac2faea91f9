import type { RedisClusterNode } from './redis-options.js'
import type { RedisLink } from './redis-link.js'

/** A master, and the partitions whose slots it has. */
export interface ClusterMaster {
  readonly node: Required<RedisClusterNode>
  readonly partitions: readonly number[]
}

/**
 * Asks a node who has which partition.
 *
 * @param tags a piece of a channel's name for each partition
 * @throws Error when a partition has nobody
 */
export async function readTopology(
  link: RedisLink,
  node: Required<RedisClusterNode>,
  tags: readonly string[],
): Promise<readonly ClusterMaster[]> {
  const [ranges, ...slots] = (await Promise.all([
    link.call('CLUSTER', 'SLOTS'),
    ...tags.map((tag) => link.call('CLUSTER', 'KEYSLOT', tag)),
  ])) as [[number, number, [string | null, number]][], ...number[]]
  const masters = new Map<string, { node: Required<RedisClusterNode>; partitions: number[] }>()
  slots.forEach((slot, partition) => {
    const range = ranges.find(([first, last]) => first <= slot && slot <= last)
    if (!range) throw new Error(`no node of the cluster has slot ${slot}`)
    const [host, port] = range[2]
    // A node that does not know its own address leaves it out: it is the one that was asked.
    const found = { host: host === null || host === '' ? node.host : host, port }
    const key = `${found.host} ${found.port}`
    const master = masters.get(key) ?? { node: found, partitions: [] }
    masters.set(key, master)
    master.partitions.push(partition)
  })
  return [...masters.values()]
}
