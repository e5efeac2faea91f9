import { describe, expect, it } from '@jest/globals'
import { WsError, type NodeChange, type UpgradeRequest } from 'enfilade'
import { cluster, enter, ids, one, options, path, three, two } from '../support/board-cluster.js'

describe('what all processes do', () => {
  it('broadcast to everyone', async () => {
    const clients = await Promise.all(cluster.apps.map((app) => app.connect()))
    one.server.broadcast('news', '/', 'all')
    await cluster.settle()
    for (const client of clients) expect((await client.nextPush('news')).data).toBe('all')
  })

  it('send to all connections of a user', async () => {
    const ann = await Promise.all(cluster.apps.map((app) => app.connect({ userId: 'ann' })))
    const ben = await two.connect({ userId: 'ben' })
    expect(one.server.user('ann').send('mail', '/inbox', { from: 'ben' }, { box: 'in' })).toBe(1)
    await cluster.settle()
    for (const client of ann) {
      expect(await client.nextPush('mail')).toEqual({
        ...{ event: 'mail', path: '/inbox' },
        ...{ params: { box: 'in' }, data: { from: 'ben' } },
      })
      expect(client.pushes).toHaveLength(1)
    }
    expect(ben.pushes).toEqual([])
  })

  it('revoke what a user may', async () => {
    const ann = await Promise.all(cluster.apps.map((app) => app.connect({ userId: 'ann' })))
    const ben = await two.connect({ userId: 'ben' })
    expect(await one.server.revoke('ann', { reason: 'Gone' })).toBe(3)
    await cluster.settle()
    for (const client of ann) expect(await client.closed).toEqual({ code: 4401, reason: 'Gone' })
    expect(ben.isOpen).toBe(true)
  })

  it('do not revoke by a function: it means connections of this process', async () => {
    await Promise.all(cluster.apps.map((app) => app.connect({ userId: 'ann' })))
    expect(await one.server.revoke(({ userId }) => userId === 'ann')).toBe(1)
    await cluster.settle()
    expect([two.server.size, three.server.size]).toEqual([1, 1])
  })

  it('close the connections of a user', async () => {
    const ann = await two.connect({ userId: 'ann' })
    one.server.user('ann').close(4000, 'Bye')
    await cluster.settle()
    expect(await ann.closed).toEqual({ code: 4000, reason: 'Bye' })
    expect(() => one.server.user('ann').close(1005)).toThrow(RangeError)
  })

  it('kick a member out of a room', async () => {
    const ann = [await enter(one, 'ann'), await enter(two, 'ann'), await enter(three, 'ann')]
    const ben = await enter(two, 'ben')
    expect(await one.rooms.kick(path, 'ann')).toBe(3)
    await cluster.advance(100)
    for (const client of ann) {
      expect((await client.nextPush('$left')).data).toEqual({ reason: 'kicked' })
      expect(client.isOpen).toBe(true)
    }
    expect(ids(three)).toEqual(['ben'])
    expect(ben.connection.rooms.has(path)).toBe(true)
  })

  it('close a connection, wherever it is', async () => {
    const ann = await two.connect({ userId: 'ann' })
    const { connections, partial } = await one.server.findUser('ann')
    const [place] = connections
    expect(partial).toBe(false)
    expect(place).toEqual({
      id: ann.connection.id,
      node: two.server.nodes()[0]?.id,
      remoteAddress: '127.0.0.1',
    })
    expect(await one.server.disconnect(place?.id ?? '', { code: 4001, reason: 'x' })).toBe(true)
    expect(await ann.closed).toEqual({ code: 4001, reason: 'x' })
    expect(await one.server.disconnect(place?.id ?? '')).toBe(false)
  })

  it('count the connections in a room, and tell who they are', async () => {
    await enter(one, 'ann')
    await enter(two, 'ann')
    await enter(two, 'ben')
    expect(await three.rooms.count(path)).toEqual({ count: 3, partial: false })
    const { members, partial } = await three.rooms.roster(path)
    expect([members.map(({ id }) => id).sort(), partial]).toEqual([['ann', 'ben'], false])
  })
})

describe('with authorize and recovery', () => {
  it('a revoke asks about the connections of all processes', async () => {
    const banned = new Set<string>()
    const asking = {
      ...options,
      authorize: ({ query }: UpgradeRequest) => {
        const userId = query.get('user') ?? ''
        if (banned.has(query.get('tab') ?? '')) throw new WsError(403, 'No more')
        return { userId }
      },
    }
    const [here, there] = [await cluster.add(asking), await cluster.add(asking)]
    await cluster.advance(1_000)
    const first = await there.connect(undefined, { path: '/?user=ann&tab=1' })
    const second = await there.connect(undefined, { path: '/?user=ann&tab=2' })
    banned.add('1')
    const revoked = here.server.revoke('ann', { reauthorize: true })
    await cluster.advance(100)
    expect(await revoked).toBe(1)
    expect(await first.closed).toMatchObject({ code: 4403 })
    expect(second.isOpen).toBe(true)
  })

  it('a lost connection of another process is given up', async () => {
    const keeping = { ...options, recovery: true }
    const [here, there] = [await cluster.add(keeping), await cluster.add(keeping)]
    await cluster.advance(1_000)
    const [ann, ben] = [await enter(there, 'ann'), await enter(there, 'ben')]
    const { id } = ben.connection
    await ann.drop()
    await ben.drop()
    expect(await here.rooms.count(path)).toEqual({ count: 2, partial: false })
    await here.server.revoke('ann')
    expect(await here.server.disconnect(id)).toBe(true)
    await cluster.settle()
    expect(await here.rooms.count(path)).toEqual({ count: 0, partial: false })
    expect(await ann.resume()).toMatchObject({ resumed: false })
  })
})

describe('what cannot be reached', () => {
  it('makes answers partial when its time is over, and is not waited for longer', async () => {
    await enter(one, 'ann')
    await enter(two, 'ben')
    cluster.cut(two)
    const asked = Promise.all([
      one.rooms.count(path, { deadline: 300 }),
      one.rooms.roster(path, { deadline: 300 }),
      one.server.findUser('ben', { deadline: 300 }),
    ])
    await cluster.advance(300)
    const [count, roster, found] = await asked
    expect(count).toEqual({ count: 1, partial: true })
    expect(roster).toMatchObject({ members: [{ id: 'ann' }, { id: 'ben' }], partial: true })
    expect(found).toEqual({ connections: [], partial: true })
  })

  it('hears a question again when it was lost', async () => {
    await enter(two, 'ben')
    let isFirst = true
    cluster.hub.fate = (_channel, payload) => {
      if (!payload.includes('"count"') || !isFirst) return 'arrives'
      isFirst = payload.includes('"ago":0')
      return isFirst ? 'is lost' : 'arrives'
    }
    const asked = one.rooms.count(path)
    await cluster.advance(600)
    expect(await asked).toEqual({ count: 1, partial: false })
  })

  it('is revoked, kicked and closed as soon as it is back', async () => {
    const ann = await enter(two, 'ann')
    const ben = await enter(two, 'ben')
    cluster.cut(two)
    const revoked = one.server.revoke('ann')
    const kicked = one.rooms.kick(path, 'ben')
    await cluster.advance(20_000)
    expect(await Promise.all([revoked, kicked])).toEqual([0, 0])
    cluster.mend(two)
    await cluster.advance(5_000)
    expect(await ann.closed).toMatchObject({ code: 4401 })
    expect((await ben.nextPush('$left')).data).toEqual({ reason: 'kicked' })
  })

  it('does not mean a user who came after the call', async () => {
    cluster.cut(two)
    const calls = [one.server.revoke('ann'), one.rooms.kick(path, 'ann')]
    one.server.user('ann').close()
    await cluster.advance(10_000)
    expect(await Promise.all(calls)).toEqual([0, 0])
    const ann = await enter(two, 'ann')
    cluster.mend(two)
    const later = await cluster.add(options)
    const again = await enter(later, 'ann')
    await cluster.advance(10_000)
    for (const client of [ann, again]) {
      expect([client.isOpen, client.connection.rooms.has(path)]).toEqual([true, true])
    }
  })

  it('does an order once, however often it arrives', async () => {
    await enter(two, 'ann')
    cluster.hub.fate = (_channel, payload) =>
      payload.includes('"answer"') ? 'is lost' : 'is doubled'
    const kicked = one.rooms.kick(path, 'ann')
    await cluster.advance(1_000)
    expect(await kicked).toBe(0)
    const ann = await enter(two, 'ann')
    await cluster.advance(30_000)
    expect(ann.connection.rooms.has(path)).toBe(true)
  })
})

describe('server.nodes()', () => {
  it('has all processes, itself first, with what they told', async () => {
    await enter(two, 'ben')
    await cluster.advance(5_000)
    const nodes = one.server.nodes()
    expect(nodes.map(({ isSelf }) => isSelf)).toEqual([true, false, false])
    const told = nodes.find(({ id }) => id === two.server.nodes()[0]?.id)
    expect(told).toMatchObject({ connections: 1, rooms: 1, isSelf: false })
    expect(told?.generation).toBe(two.server.nodes()[0]?.generation)
    expect(told?.uptime).toBeGreaterThanOrEqual(5_000)
    expect(told?.silence).toBeLessThanOrEqual(5_000)
    expect(one.counters.cluster?.nodes).toBe(2)
  })

  it('loses at once who closes in order, and app.events tells', async () => {
    const changes: NodeChange[] = []
    one.events.on('node', (change) => changes.push(change))
    const id = two.server.nodes()[0]?.id
    await two.close()
    await cluster.settle()
    expect(one.server.nodes()).toHaveLength(2)
    expect(changes).toEqual([{ node: id, change: 'left' }])
  })
})

describe('nonsense on the channels of processes', () => {
  it.each([
    ['no JSON', 'nonsense'],
    ['nothing', ''],
    ['null', 'null\n'],
    ['another version', '{"v":2,"node":"x","generation":1,"kind":"bye"}\n'],
    ['no node', '{"v":1,"generation":1,"kind":"bye"}\n'],
    ['no such kind', '{"v":1,"node":"x","generation":1,"kind":"hug"}\n'],
    ['a beat without numbers', '{"v":1,"node":"x","generation":1,"kind":"beat","version":-1}\n'],
    ['an order of nobody', '{"v":1,"node":"x","generation":1,"kind":"ask","id":"1","ago":0}\n'],
  ])('is counted and ignored: %s', async (_name, payload) => {
    const ann = await enter(one, 'ann')
    const { malformed = 0 } = one.counters.cluster ?? {}
    cluster.hub.connect().publish('ws:cluster', payload)
    await cluster.settle()
    expect(one.counters.cluster?.malformed).toBe(malformed + 1)
    expect(one.server.nodes()).toHaveLength(3)
    expect(await ann.call('say', path)).toBe('hello')
  })

  it('is no user for whom to send', async () => {
    const ann = await one.connect({ userId: 'ann' })
    cluster.hub.connect().publish('ws:users', '{"from":"x","user":"ann"}\nnonsense')
    await cluster.settle()
    expect([ann.isOpen, ann.pushes]).toEqual([true, []])
  })
})

describe('an app alone', () => {
  it('answers at once, without a transport and with one', async () => {
    const { createTestApp } = await import('enfilade/testing')
    const alone = createTestApp(options)
    await (await alone.connect({ userId: 'ann' })).call('join', path)
    expect(await alone.rooms.count(path)).toEqual({ count: 1, partial: false })
    expect(await alone.rooms.roster(path)).toMatchObject({ members: [{}], partial: false })
    expect((await alone.server.findUser('ann')).connections).toHaveLength(1)
    expect(alone.server.nodes()).toMatchObject([{ isSelf: true, connections: 1, rooms: 1 }])
    expect(await alone.rooms.kick(path, 'ann')).toBe(1)
    expect(await alone.server.disconnect('nobody')).toBe(false)
    await alone.close()
  })

  it.each([0, -1, NaN, 60_001, '1'])('takes no deadline of %p', async (deadline) => {
    const given = { deadline: deadline as number }
    await expect(one.rooms.count(path, given)).rejects.toThrow(RangeError)
    await expect(one.server.revoke('ann', given)).rejects.toThrow(/deadline must be/)
  })
})
