import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { Controller, Join, OnMessage, type TransportStatus } from 'enfilade'
import { RedisBroadcastTransport, RedisHistory, RedisSessionStore } from 'enfilade/redis'
import { Broker, hasBroker, REDIS } from '../support/broker.js'
import { call, RedisSentinel } from '../support/redis-sentinel.js'
import { startApp } from '../support/start-app.js'
import { becomes, type StatusSource } from '../support/transport-events.js'
import type { WireClient } from '../support/wire-client.js'

const path = '/chat/a'
const suite = hasBroker(REDIS) ? describe : describe.skip

@Controller('/chat/:room', { history: true })
class Chat {
  @OnMessage('join')
  @Join()
  join(): void {}
}

suite('Redis Sentinel', () => {
  let group: RedisSentinel
  const closing: { close(): Promise<void> }[] = []

  beforeAll(async () => void (group = await RedisSentinel.start()))
  afterEach(() => Promise.all(closing.splice(0).map((each) => each.close())))
  afterAll(() => group.stop())

  function opened<T extends { close(): Promise<void> }>(connected: T): T {
    closing.push(connected)
    return connected
  }

  it('is asked for the master, also when the first of the sentinels hangs', async () => {
    const hanging: Server = createServer().listen(0, '127.0.0.1')
    await once(hanging, 'listening')
    const { port } = hanging.address() as AddressInfo
    const { name, sentinels } = group.options
    const redis = { name, sentinels: [{ host: '127.0.0.1', port }, ...sentinels] }
    await opened(new RedisBroadcastTransport({ redis })).ready()
    hanging.close()
  })

  it('a Redis that becomes a replica is left, and taken again when it is none', async () => {
    const other = await Broker.start(REDIS)
    const transport = opened(
      new RedisBroadcastTransport({ url: `redis://127.0.0.1:${other.port}` }),
    )
    await transport.ready()
    const causes: (string | undefined)[] = []
    transport.onStatus(({ cause }) => causes.push(cause?.message))
    const left = becomes(transport, 'down')
    await call(other, 'REPLICAOF', '127.0.0.1', String(group.redis.master.port))
    await left
    expect(causes).toContainEqual(expect.stringMatching(/^this Redis is a replica/))
    await call(other, 'REPLICAOF', 'NO', 'ONE')
    await becomes(transport, 'ready')
    await other.stop()
  })

  it('a user who may not ask for the role of a Redis is served all the same', async () => {
    const { master } = group.redis
    const rights = ['on', '>secret', '~*', '&*', '+@all', '-role'] as const
    await call(master, 'ACL', 'SETUSER', 'few', ...rights)
    const url = `redis://few:secret@127.0.0.1:${master.port}`
    await opened(new RedisBroadcastTransport({ url })).ready()
  })

  it('after a fail-over that lost pushes everybody is told of a gap, and all goes on', async () => {
    const node = async (): Promise<Node> => {
      const redis = group.options
      const broadcastTransport = opened(new RedisBroadcastTransport({ redis }))
      const history = opened(new RedisHistory({ redis }))
      const sessions = opened(new RedisSessionStore({ redis }))
      const links = [broadcastTransport, history, sessions]
      await Promise.all(links.map((link) => link.ready()))
      const controllers = [Chat]
      const options = { controllers, broadcastTransport, history, recovery: { sessions } }
      const { app, connectV1 } = await startApp(options)
      const client = await connectV1()
      await client.call('join', path)
      return { app, client, links, sessions }
    }
    const [here, there] = [await node(), await node()]
    const links = [...here.links, ...there.links]
    const all = (status: TransportStatus): Promise<unknown> =>
      Promise.all(links.map((link) => becomes(link, status, 10_000)))
    const say = (number: number): void => here.app.rooms.broadcast(path, 'said', path, number)
    const heard = (client: WireClient, number: number): Promise<unknown> =>
      client.nextPush(({ event, data }) => event === 'said' && data === number)

    for (const number of [1, 2, 3]) say(number)
    await here.sessions.save('token', { connection: 'c', rooms: [] }, { turn: 1, ttl: 60 })
    await Promise.all([heard(here.client, 3), heard(there.client, 3)])
    const kill = await group.part()
    for (const number of [4, 5, 6]) say(number)
    await Promise.all([heard(here.client, 6), heard(there.client, 6)])
    const down = all('down')
    await kill()
    await down
    say(7)
    await heard(here.client, 7)
    await all('ready')
    // The new master has never heard of 4, 5 and 6, and would give their places to other pushes.
    await Promise.all([here.client.nextPush('$gap'), there.client.nextPush('$gap')])
    say(8)
    await Promise.all([heard(here.client, 8), heard(there.client, 8)])
    const numbers = there.client.pushes.filter(({ event }) => event === 'said')
    expect(numbers.map(({ data }) => data)).toEqual([1, 2, 3, 4, 5, 6, 8])
    expect(await there.sessions.claim('token', undefined, 60)).toMatchObject({ turn: 2 })
    here.app.server.broadcast('news', '/', 'all is well')
    expect(await there.client.nextPush('news')).toMatchObject({ data: 'all is well' })
    expect(here.app.counters.history).toMatchObject({ status: 'ready', apart: 0 })
    expect(here.app.counters.history?.gaps).toBeGreaterThan(0)
    expect(there.app.counters.sessions).toMatchObject({ status: 'ready', held: 1 })
  }, 30_000)
})

/** A process, and who is there. */
interface Node extends Pick<Awaited<ReturnType<typeof startApp>>, 'app'> {
  readonly client: WireClient
  readonly links: readonly StatusSource[]
  readonly sessions: RedisSessionStore
}
