import { afterAll, beforeAll, describe } from '@jest/globals'
import type { ManagedTransport } from 'enfilade'
import { NatsBroadcastTransport } from 'enfilade/nats'
import { RedisBroadcastTransport } from 'enfilade/redis'
import { Broker, hasBroker, NATS, REDIS, type BrokerProgram } from '../support/broker.js'
import { RedisCluster } from '../support/redis-cluster.js'
import {
  describeBroadcastTransport,
  type ConnectedTransports,
} from './broadcast-transport.contract.js'

async function connected(
  count: number,
  make: () => ManagedTransport,
): Promise<ConnectedTransports> {
  const transports = Array.from({ length: count }, make)
  const close = async (): Promise<void> => {
    await Promise.all(transports.map((transport) => transport.close()))
  }
  await Promise.all(transports.map((transport) => transport.ready()))
  return { transports, close }
}

const rows: [string, BrokerProgram, (port: number) => ManagedTransport][] = [
  [
    'RedisBroadcastTransport',
    REDIS,
    (port) => new RedisBroadcastTransport({ url: `redis://127.0.0.1:${port}` }),
  ],
  [
    'NatsBroadcastTransport',
    NATS,
    (port) => new NatsBroadcastTransport({ servers: `127.0.0.1:${port}` }),
  ],
]

for (const [name, program, make] of rows) {
  const suite = hasBroker(program) ? describe : describe.skip
  suite(`with ${program.name}`, () => {
    let broker: Broker
    beforeAll(async () => void (broker = await Broker.start(program)))
    afterAll(() => broker.stop())
    describeBroadcastTransport(name, {
      create: (count) => connected(count, () => make(broker.port)),
    })
  })
}

const suite = hasBroker(REDIS) ? describe : describe.skip
suite('with Redis Cluster', () => {
  let cluster: RedisCluster
  beforeAll(async () => void (cluster = await RedisCluster.start()))
  afterAll(() => cluster.stop())
  describeBroadcastTransport('RedisBroadcastTransport', {
    create: (count) =>
      connected(count, () => {
        const nodes = cluster.ports.map((port) => ({ host: '127.0.0.1', port }))
        return new RedisBroadcastTransport({ cluster: nodes })
      }),
  })
})
