import { Redis } from 'ioredis'
import { within } from './deadline.js'
import { Broker, REDIS_CLUSTER_NODE, busPortOf } from './broker.js'

const SLOTS = 16_384

/** Three masters of a Redis Cluster, without replicas. */
export class RedisCluster {
  private constructor(readonly nodes: readonly Broker[]) {}

  static async start(): Promise<RedisCluster> {
    const starting = Array.from({ length: 3 }, () => Broker.start(REDIS_CLUSTER_NODE))
    const cluster = new RedisCluster(await Promise.all(starting))
    await cluster.#join()
    return cluster
  }

  get ports(): number[] {
    return this.nodes.map(({ port }) => port)
  }

  /** Runs a command on one of them. */
  async call(node: number, ...command: [string, ...string[]]): Promise<unknown> {
    const client = new Redis({ port: this.ports[node], host: '127.0.0.1' })
    try {
      const [name, ...rest] = command
      return await client.call(name, ...rest)
    } finally {
      client.disconnect()
    }
  }

  async slotOf(key: string): Promise<number> {
    return Number(await this.call(0, 'CLUSTER', 'KEYSLOT', key))
  }

  /** Gives an empty slot to another master. */
  async move(slot: number): Promise<void> {
    const ids = await Promise.all(
      this.nodes.map(async (_node, index) => String(await this.call(index, 'CLUSTER', 'MYID'))),
    )
    const share = Math.ceil(SLOTS / this.nodes.length)
    const from = Math.floor(slot / share)
    const to = (from + 1) % this.nodes.length
    // The new owner first: nobody else may give it away.
    for (const index of [to, from, (to + 1) % this.nodes.length]) {
      await this.call(index, 'CLUSTER', 'SETSLOT', String(slot), 'NODE', ids[to] as string)
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()))
  }

  async #join(): Promise<void> {
    const share = Math.ceil(SLOTS / this.nodes.length)
    for (const [index] of this.nodes.entries()) {
      const range = [index * share, Math.min((index + 1) * share, SLOTS) - 1].map(String)
      await this.call(index, 'CLUSTER', 'ADDSLOTSRANGE', ...range)
      // They know the port of the others' bus by the distance; ours may be another one.
      const { port } = this.nodes[index] as Broker
      const address = [port, busPortOf(port)].map(String)
      if (index > 0) await this.call(0, 'CLUSTER', 'MEET', '127.0.0.1', ...address)
    }
    await within(this.#whole(), 'the nodes of the cluster to know each other', 10_000)
  }

  /** There is no event for it: every node is asked until it says so. */
  async #whole(): Promise<void> {
    for (const [index] of this.nodes.entries()) {
      let state = ''
      while (!/cluster_state:ok[^]*cluster_known_nodes:3/.test(state)) {
        state = String(await this.call(index, 'CLUSTER', 'INFO'))
      }
    }
  }
}
