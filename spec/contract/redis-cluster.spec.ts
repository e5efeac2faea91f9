import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { RedisBroadcastTransport } from 'enfilade/redis'
import { partitionOf } from '../../lib/transports/redis/partition.js'
import { hasBroker, REDIS } from '../support/broker.js'
import { RedisCluster } from '../support/redis-cluster.js'
import { becomes, NumberReceiver } from '../support/transport-events.js'

const ROOM = 'ws:room:/chat/general'
const suite = hasBroker(REDIS) ? describe : describe.skip

suite('a transport over Redis Cluster', () => {
  let cluster: RedisCluster
  let transports: RedisBroadcastTransport[]

  beforeAll(async () => void (cluster = await RedisCluster.start()))
  afterAll(() => cluster.stop())

  beforeEach(async () => {
    const nodes = cluster.ports.map((port) => ({ host: '127.0.0.1', port }))
    transports = [1, 2].map(() => new RedisBroadcastTransport({ cluster: nodes }))
    await Promise.all(transports.map((transport) => transport.ready()))
  })

  afterEach(() => Promise.all(transports.map((transport) => transport.close())))

  const all = (status: 'ready' | 'down', ms: number): Promise<unknown> =>
    Promise.all(transports.map((transport) => becomes(transport, status, ms)))

  it('shares the channels out among the masters', async () => {
    const [, second] = transports
    const channels = Array.from({ length: 300 }, (_, index) => `${ROOM}/${index}`)
    for (const channel of channels) await second?.subscribe(channel, () => undefined)
    const counts = await Promise.all(
      cluster.nodes.map(async (_node, index) => {
        const names = (await cluster.call(index, 'PUBSUB', 'SHARDCHANNELS')) as string[]
        return names.filter((name) => name.includes(ROOM)).length
      }),
    )
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(channels.length)
    for (const count of counts) expect(count).toBeGreaterThan(30)
  })

  it('follows a slot that moves to another master', async () => {
    const [publisher, second] = transports as [RedisBroadcastTransport, RedisBroadcastTransport]
    const receiver = await NumberReceiver.on(second, ROOM)
    publisher.publish(ROOM, '1')
    await receiver.until(1)
    const slot = await cluster.slotOf(`enfilade:{${partitionOf(ROOM, 64)}}:`)
    const noticed = becomes(second, 'down')
    await cluster.move(slot)
    await noticed
    await becomes(second, 'ready')
    // The publisher is told when it publishes, or by its own subscriptions: what is lost is a gap.
    while (receiver.received < 2) {
      publisher.publish(ROOM, String(publisher.counters.sent + 1))
      await becomes(publisher, 'ready')
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(receiver.received + receiver.missed).toBe(receiver.last)
    expect(receiver.disorders).toBe(0)
  })

  it('is down while a master is away, and back with it', async () => {
    const [publisher, second] = transports as [RedisBroadcastTransport, RedisBroadcastTransport]
    const receiver = await NumberReceiver.on(second, ROOM)
    const noticed = all('down', 1_000)
    await cluster.nodes[2]?.kill()
    await noticed
    await cluster.nodes[2]?.restart()
    // A node that comes back waits a while before it serves.
    await all('ready', 10_000)
    publisher.publish(ROOM, '1')
    await receiver.until(1)
  }, 20_000)
})
