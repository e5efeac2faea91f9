import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { MemorySessionHub, MemorySessionStore } from 'enfilade'
import { MemoryDocumentOwners } from 'enfilade/documents'
import { RedisDocumentOwners, RedisSessionStore } from 'enfilade/redis'
import { Redis } from 'ioredis'
import { Broker, hasBroker, REDIS } from '../support/broker.js'
import { RedisCluster } from '../support/redis-cluster.js'
import { describeDocumentOwners, type ConnectedOwners } from './document-owners.contract.js'
import { describeSessionStore, type ConnectedStores } from './session-store.contract.js'

describeSessionStore('MemorySessionStore', {
  create: (count) => {
    const hub = new MemorySessionHub()
    const stores = Array.from({ length: count }, () => new MemorySessionStore(hub))
    return { stores, close: () => undefined }
  },
})

let now = 0
const memoryOwners = new MemoryDocumentOwners({ now: () => now })
describeDocumentOwners('MemoryDocumentOwners', {
  create: () => ({
    owners: [memoryOwners, memoryOwners],
    expire: async () => void (now += memoryOwners.ttl),
    close: () => undefined,
  }),
})

/** @param client knows where the keys are */
async function redisOwners(
  make: () => RedisDocumentOwners,
  client: readonly Redis[],
): Promise<ConnectedOwners> {
  const owners: [RedisDocumentOwners, RedisDocumentOwners] = [make(), make()]
  await Promise.all(owners.map((one) => one.ready()))
  return {
    owners,
    // As if the time had passed.
    expire: async (path) => {
      for (const node of client) {
        const keys = await node.keys('*owner:*')
        for (const key of keys.filter((one) => one.endsWith(path))) {
          await node.hset(key, 'until', '1')
        }
      }
    },
    close: async () => {
      await Promise.all(owners.map((one) => one.close()))
      for (const node of client) node.disconnect()
    },
  }
}

async function connected(count: number, make: () => RedisSessionStore): Promise<ConnectedStores> {
  const stores = Array.from({ length: count }, make)
  await Promise.all(stores.map((store) => store.ready()))
  const close = async (): Promise<void> => {
    await Promise.all(stores.map((store) => store.close()))
  }
  return { stores, close }
}

const redis = hasBroker(REDIS) ? describe : describe.skip

redis('with Redis', () => {
  let broker: Broker
  beforeAll(async () => void (broker = await Broker.start(REDIS)))
  afterAll(() => broker.stop())
  const make = (): RedisSessionStore =>
    new RedisSessionStore({ url: `redis://127.0.0.1:${broker.port}` })

  describeSessionStore('RedisSessionStore', { create: (count) => connected(count, make) })

  describeDocumentOwners('RedisDocumentOwners', {
    create: () => {
      const { port } = broker
      const own = () => new RedisDocumentOwners({ redis: { host: '127.0.0.1', port } })
      return redisOwners(own, [new Redis({ port, host: '127.0.0.1' })])
    },
  })

  it('goes on with higher tokens when Redis has forgotten everything', async () => {
    const owners = new RedisDocumentOwners({ url: `redis://127.0.0.1:${broker.port}` })
    const client = new Redis({ port: broker.port, host: '127.0.0.1' })
    await owners.ready()
    const { token } = await owners.claim('/board/7', 'ann')
    await client.flushall()
    const next = await owners.claim('/board/7', 'bob')
    expect(next.owner).toBe('bob')
    expect(next.token).toBeGreaterThanOrEqual(token)
    expect(token).toBeGreaterThan(Date.now() - 60_000)
    client.disconnect()
    await owners.close()
  })

  it('refuses a lease that is too short', () => {
    expect(() => new RedisDocumentOwners({ ttl: 10 })).toThrow(TypeError)
  })

  it('has no token in Redis, nor in what it throws', async () => {
    const { stores, close } = await connected(1, make)
    const [store] = stores
    const token = crypto.randomUUID()
    const client = new Redis({ port: broker.port, host: '127.0.0.1' })
    await store?.save(token, { connection: 'c', rooms: [] }, { turn: 1, ttl: 60 })
    const keys = await client.keys('*')
    expect(keys).not.toEqual([])
    const values = await Promise.all(keys.map((key) => client.hgetall(key)))
    expect(JSON.stringify([keys, values])).not.toContain(token)
    await Promise.all(keys.map((key) => client.set(key, 'of another type')))
    const failure = await store?.claim(token, undefined, 60).catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'WsStoreError', fault: 'refused' })
    expect(String((failure as Error).stack)).not.toContain(token)
    client.disconnect()
    await close()
  })
})

redis('with Redis Cluster', () => {
  let cluster: RedisCluster
  beforeAll(async () => void (cluster = await RedisCluster.start()))
  afterAll(() => cluster.stop())
  describeSessionStore('RedisSessionStore', {
    create: (count) =>
      connected(count, () => {
        const nodes = cluster.ports.map((port) => ({ host: '127.0.0.1', port }))
        return new RedisSessionStore({ cluster: nodes })
      }),
  })
  describeDocumentOwners('RedisDocumentOwners', {
    create: () => {
      const nodes = cluster.ports.map((port) => ({ host: '127.0.0.1', port }))
      const clients = nodes.map((node) => new Redis(node))
      return redisOwners(() => new RedisDocumentOwners({ cluster: nodes }), clients)
    },
  })
})
