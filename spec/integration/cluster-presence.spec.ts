import { describe, expect, it } from '@jest/globals'
import type { TestClient } from 'enfilade/testing'
import { cluster, enter, ids, one, path, three, two } from '../support/board-cluster.js'

describe('a room with presence', () => {
  it('has one roster in all processes', async () => {
    const ann = await enter(one, 'ann')
    await ann.call('$presence', path, { x: 1 })
    await cluster.advance(250)
    const ben = await enter(two, 'ben')
    expect((await ben.nextPush('$joined')).data).toMatchObject({
      self: 'ben',
      members: [
        { id: 'ann', state: { x: 1 }, connections: 1 },
        { id: 'ben', state: null, connections: 1 },
      ],
    })
    expect((await ann.nextPush('$presence')).data).toEqual({
      update: [{ id: 'ann', state: { x: 1 }, connections: 1 }],
    })
    expect((await ann.nextPush('$presence')).data).toEqual({
      join: [{ id: 'ben', state: null, connections: 1 }],
    })
    // Also where nobody is in the room.
    expect(ids(three)).toEqual(['ann', 'ben'])
  })

  it('tells the members of all processes what one shows, and that it left', async () => {
    const [ann, ben] = [await enter(one, 'ann'), await enter(two, 'ben')]
    await ben.call('$presence', path, { x: 7 })
    await cluster.advance(100)
    const shown = await ann.nextPush(({ data }) => JSON.stringify(data).includes('update'))
    expect(shown.data).toEqual({ update: [{ id: 'ben', state: { x: 7 }, connections: 1 }] })
    await ben.call('leave', path)
    await cluster.advance(100)
    const left = await ann.nextPush(({ data }) => JSON.stringify(data).includes('leave'))
    expect(left.data).toEqual({ leave: ['ben'] })
  })

  it('has a user with connections in two processes as one member', async () => {
    const ann = await enter(one, 'ann')
    const first = await enter(two, 'cat')
    await first.call('$presence', path, 'first')
    const second = await enter(three, 'cat')
    await cluster.advance(100)
    const [, cat] = one.rooms.members(path)
    expect(cat).toEqual({ id: 'cat', state: 'first', connections: 2 })
    await first.close()
    await cluster.advance(6_000)
    expect(one.rooms.members(path)[1]).toEqual({ id: 'cat', state: 'first', connections: 1 })
    const told = ann.pushes.length
    await second.call('leave', path)
    await cluster.advance(100)
    expect(ids(one)).toEqual(['ann'])
    expect(ann.pushes.length).toBe(told)
  })

  it('does not see a reload that ends in another process', async () => {
    const ann = await enter(one, 'ann')
    const ben = await enter(two, 'ben')
    await ben.call('$presence', path, 'here')
    await cluster.advance(100)
    const before = ann.records.length
    await ben.drop()
    await cluster.advance(2_000)
    await enter(three, 'ben')
    await cluster.advance(10_000)
    expect(ann.records.slice(before)).toEqual([])
    expect(one.rooms.members(path)[1]).toEqual({ id: 'ben', state: 'here', connections: 1 })
  })

  it('loses the members of a process that dies within 15 s, and tells it', async () => {
    const ann = await enter(one, 'ann')
    await enter(two, 'ben')
    cluster.cut(two)
    await cluster.advance(15_000)
    expect([ids(one), ids(three)]).toEqual([['ann'], ['ann']])
    const left = await ann.nextPush(({ data }) => JSON.stringify(data).includes('leave'))
    expect(left.data).toEqual({ leave: ['ben'] })
    expect(one.server.nodes()).toHaveLength(2)
  })

  it('gets them back when the process was only unreachable', async () => {
    await enter(one, 'ann')
    await enter(two, 'ben')
    cluster.cut(two)
    await cluster.advance(20_000)
    expect([ids(one), ids(two)]).toEqual([['ann'], ['ben']])
    cluster.mend(two)
    await cluster.advance(5_000)
    expect([one, two, three].map(ids)).toEqual([
      ['ann', 'ben'],
      ['ann', 'ben'],
      ['ann', 'ben'],
    ])
  })

  it('agrees after a quiet heartbeat, whatever was lost, doubled or late', async () => {
    const clients: TestClient[] = []
    let count = 0
    const fates = ['is lost', 'arrives', 'is doubled', 'is late', 'arrives'] as const
    cluster.hub.fate = () => fates[count++ % fates.length] ?? 'arrives'
    for (const [index, app] of [one, two, three, one, two, three].entries()) {
      clients.push(await enter(app, `user ${index}`))
      await clients[index]?.call('$presence', path, index)
      if (index % 2 === 0) cluster.hub.release()
    }
    await clients[1]?.call('leave', path)
    await cluster.advance(3_000)
    cluster.hub.fate = () => 'arrives'
    cluster.hub.release()
    await cluster.advance(5_100)
    const expected = [0, 2, 3, 4, 5].map((index) => ({
      id: `user ${index}`,
      state: index,
      connections: 1,
    }))
    for (const app of cluster.apps) {
      const members = app.rooms.members(path).sort((a, b) => (a.id < b.id ? -1 : 1))
      expect(members).toEqual(expected)
    }
  })
})
