import { afterAll, beforeAll, describe } from '@jest/globals'
import { MemoryHistory } from 'enfilade'
import { JetStreamHistory } from 'enfilade/nats'
import { RedisHistory } from 'enfilade/redis'
import { Broker, hasBroker, JETSTREAM, REDIS } from '../support/broker.js'
import { RedisCluster } from '../support/redis-cluster.js'
import { describeHistory, type ConnectedHistories } from './history.contract.js'

describeHistory('MemoryHistory', {
  create: (count) => {
    const history = new MemoryHistory()
    return { histories: Array.from({ length: count }, () => history), close: () => undefined }
  },
})

/** A history over a connection. */
interface Connected {
  ready(): Promise<void>
  close(): Promise<void>
}

async function connected<T extends Connected>(
  count: number,
  make: () => T,
): Promise<{ histories: T[]; close: () => Promise<void> }> {
  const histories = Array.from({ length: count }, make)
  const close = async (): Promise<void> => {
    await Promise.all(histories.map((history) => history.close()))
  }
  await Promise.all(histories.map((history) => history.ready()))
  return { histories, close }
}

const redis = hasBroker(REDIS) ? describe : describe.skip

redis('with Redis', () => {
  let broker: Broker
  beforeAll(async () => void (broker = await Broker.start(REDIS)))
  afterAll(() => broker.stop())
  describeHistory('RedisHistory', {
    create: (count): Promise<ConnectedHistories> =>
      connected(count, () => new RedisHistory({ url: `redis://127.0.0.1:${broker.port}` })),
  })
})

redis('with Redis Cluster', () => {
  let cluster: RedisCluster
  beforeAll(async () => void (cluster = await RedisCluster.start()))
  afterAll(() => cluster.stop())
  describeHistory('RedisHistory', {
    create: (count): Promise<ConnectedHistories> =>
      connected(count, () => {
        const nodes = cluster.ports.map((port) => ({ host: '127.0.0.1', port }))
        return new RedisHistory({ cluster: nodes })
      }),
  })
})

const nats = hasBroker(JETSTREAM) ? describe : describe.skip

nats('with NATS JetStream', () => {
  let broker: Broker
  beforeAll(async () => void (broker = await Broker.start(JETSTREAM)))
  afterAll(() => broker.stop())
  describeHistory('JetStreamHistory', {
    create: (count): Promise<ConnectedHistories> => {
      const options = { servers: `127.0.0.1:${broker.port}`, storage: 'memory' } as const
      return connected(count, () => new JetStreamHistory(options))
    },
  })
})
