import type { RedisOptions } from 'ioredis'
import type { SessionEvents, BrokerMessage } from '../managed/broadcast-driver.js'
import { LoopBack } from '../managed/loop-back.js'
import { readTopology, type ClusterMaster } from './cluster-topology.js'
import { partitionOf } from './partition.js'
import { RedisLink } from './redis-link.js'
import type { RedisClusterNode } from './redis-options.js'
import type { RedisSession, RedisSessionOptions } from './redis-session.js'

/** How to reach a cluster. */
export interface ClusterOptions extends RedisSessionOptions {
  readonly nodes: readonly RedisClusterNode[]
  readonly redis: RedisOptions
  readonly partitions: number
}

interface Shard {
  readonly link: RedisLink
  readonly loopBack: LoopBack
}

/**
 * Connects to every master of a Redis Cluster that has some of the channels. They are divided into
 * partitions, each in one slot, so that many can be subscribed to with one command. When a slot
 * moves, or a master is lost, the session ends, and the next one looks everything up anew.
 */
export async function connectCluster(
  options: ClusterOptions,
  events: SessionEvents,
  signal: AbortSignal,
): Promise<RedisSession> {
  const session = new ClusterSession(options, events)
  try {
    await session.open(signal)
    return session
  } catch (error) {
    session.close()
    throw error
  }
}

class ClusterSession implements RedisSession {
  readonly isSharded = true
  readonly #options: ClusterOptions
  readonly #events: SessionEvents
  readonly #tags: readonly string[]
  readonly #shards: Shard[] = []
  /** By partition. */
  readonly #owners: Shard[] = []
  #isClosed = false

  constructor(options: ClusterOptions, events: SessionEvents) {
    this.#options = options
    this.#events = events
    const { prefix, partitions } = options
    this.#tags = Array.from({ length: partitions }, (_, index) => `${prefix}{${index}}:`)
  }

  async open(signal: AbortSignal): Promise<void> {
    const masters = await this.#find(signal)
    await Promise.all(masters.map((master) => this.#add(master, signal)))
    signal.throwIfAborted()
  }

  async publish(messages: readonly BrokerMessage[]): Promise<readonly number[]> {
    const groups = this.#group(messages.map((message, index) => ({ ...message, index })))
    const results = await Promise.all(
      [...groups].map(async ([shard, sent]) => {
        const named = sent.map(({ channel, payload }) => ({
          channel: this.nameOf(channel),
          payload,
        }))
        const { refused, error } = await shard.link.publish(named)
        this.#check(error)
        return refused.map((index) => sent[index]?.index ?? -1)
      }),
    )
    return results.flat()
  }

  nameOf(channel: string, kind = ''): string {
    return (this.#tags[partitionOf(channel, this.#options.partitions)] ?? '') + kind + channel
  }

  async call(channel: string, command: string, ...args: string[]): Promise<unknown> {
    try {
      return await this.#ownerOf(channel).link.call(command, ...args)
    } catch (error) {
      this.#check(error)
      throw error
    }
  }

  subscribe(channels: readonly string[]): Promise<void> {
    return this.#each(channels, (link, names) => link.subscribe(names))
  }

  unsubscribe(channels: readonly string[]): Promise<void> {
    return this.#each(channels, (link, names) => link.unsubscribe(names))
  }

  async ping(): Promise<void> {
    await Promise.all(
      this.#shards.map(({ link, loopBack }) => loopBack.ping((probe) => link.publish([probe]))),
    )
  }

  close(): void {
    this.#isClosed = true
    for (const { link } of this.#shards) link.close()
  }

  /** The masters, from the first node that knows them. */
  async #find(signal: AbortSignal): Promise<readonly ClusterMaster[]> {
    const { nodes, redis } = this.#options
    const silent: SessionEvents = { lost: () => undefined, message: () => undefined }
    let failure: unknown
    for (const { host, port = 6379 } of nodes) {
      const node = { host, port }
      try {
        const options = { redis: { ...redis, ...node }, isSharded: false }
        const link = await RedisLink.connect(options, silent, signal)
        try {
          return await readTopology(link, node, this.#tags)
        } finally {
          link.close()
        }
      } catch (error) {
        signal.throwIfAborted()
        failure = error
      }
    }
    throw failure
  }

  async #add({ node, partitions }: ClusterMaster, signal: AbortSignal): Promise<void> {
    const loopBack = new LoopBack(`${this.#tags[partitions[0] ?? 0]}probe:`)
    const link = await RedisLink.connect(
      { redis: { ...this.#options.redis, ...node }, isSharded: true },
      {
        lost: (cause) => this.#lost(cause),
        message: (name, payload) => {
          if (loopBack.heard(name, payload)) return
          this.#events.message(
            name.slice(name.indexOf(':', this.#options.prefix.length) + 1),
            payload,
          )
        },
      },
      signal,
    )
    const shard = { link, loopBack }
    this.#shards.push(shard)
    // Another master has failed meanwhile.
    if (this.#isClosed) link.close()
    for (const partition of partitions) this.#owners[partition] = shard
    await link.load(this.#options.scripts ?? [])
    await link.subscribe([loopBack.channel])
  }

  #lost(cause: Error): void {
    if (this.#isClosed) return
    this.close()
    this.#events.lost(cause)
  }

  /** The slot is not there any more, or the cluster is not whole. */
  #check(error: unknown): void {
    if (!(error instanceof Error)) return
    if (/^(MOVED|ASK|CLUSTERDOWN) /.test(error.message)) this.#lost(error)
  }

  #ownerOf(channel: string): Shard {
    return this.#owners[partitionOf(channel, this.#options.partitions)] as Shard
  }

  #group<T extends { channel: string }>(items: readonly T[]): Map<Shard, T[]> {
    const groups = new Map<Shard, T[]>()
    for (const item of items) {
      const shard = this.#ownerOf(item.channel)
      const group = groups.get(shard)
      if (group) group.push(item)
      else groups.set(shard, [item])
    }
    return groups
  }

  /** One command takes channels of one slot only. */
  async #each(
    channels: readonly string[],
    act: (link: RedisLink, names: readonly string[]) => Promise<void>,
  ): Promise<void> {
    const byPartition = new Map<number, string[]>()
    for (const channel of channels) {
      const partition = partitionOf(channel, this.#options.partitions)
      const names = byPartition.get(partition) ?? []
      byPartition.set(partition, names)
      names.push(this.nameOf(channel))
    }
    await Promise.all(
      [...byPartition].map(([partition, names]) =>
        act((this.#owners[partition] as Shard).link, names),
      ),
    )
  }
}
