import { describe, expect, it } from '@jest/globals'
import { IsInt, IsString, Length } from 'class-validator'
import {
  Controller,
  Data,
  Join,
  Leave,
  OnMessage,
  Presence,
  Rooms,
  WsRooms,
  type WsAppOptions,
} from 'enfilade'
import { problemsOf } from '../support/compile-controllers.js'
import { failureOf } from '../support/outcome.js'
import { startApp, type StartedApp } from '../support/start-app.js'
import type { WireClient } from '../support/wire-client.js'

const path = '/board/a'

class Cursor {
  @IsString() @Length(0, 9000) name!: string
  @IsInt() x!: number
}

@Presence(Cursor)
@Controller('/board/:board')
class Board {
  @OnMessage('join')
  @Join()
  join(): void {}

  @OnMessage('leave')
  @Leave()
  leave(): void {}

  @OnMessage('show')
  show(@Data(Object) state: unknown, @Rooms() rooms: WsRooms): unknown {
    return [rooms.setPresence(state), rooms.members()]
  }
}

@Controller('/plain')
class Plain {
  @OnMessage('join')
  @Join()
  join(): void {}

  @OnMessage('show')
  show(@Rooms() rooms: WsRooms): unknown {
    return [rooms.setPresence(1), rooms.members()]
  }
}

const options: WsAppOptions = {
  controllers: [Board, Plain],
  recovery: true,
  authorize: ({ query }) => ({ userId: query.get('user') ?? undefined }),
}

async function enter({ connect }: StartedApp, user?: string): Promise<WireClient> {
  const at = user === undefined ? '/' : `/?user=${user}`
  const client = await connect({ protocols: 'enfilade.v1', path: at })
  await client.call('join', path)
  return client
}

async function drop({ app }: StartedApp, client: WireClient): Promise<void> {
  const before = app.server.size
  client.terminate()
  while (app.server.size === before) await new Promise(setImmediate)
}

describe('whoever enters a room with presence', () => {
  it('gets one snapshot with itself in it, and the others only a join', async () => {
    const started = await startApp(options)
    const ann = await enter(started, 'ann')
    const ben = await enter(started, 'ben')
    expect(await ben.nextPush('$joined')).toMatchObject({
      data: {
        self: 'ben',
        members: [
          { id: 'ann', state: null, connections: 1 },
          { id: 'ben', state: null, connections: 1 },
        ],
      },
    })
    expect(await ann.nextPush('$presence')).toEqual({
      event: '$presence',
      path,
      data: { join: [{ id: 'ben', state: null, connections: 1 }] },
    })
    await ben.call('$ping', '/')
    expect(ben.pushes.filter(({ event }) => event === '$presence')).toEqual([])
  })

  it('is told as a plain client by $presence', async () => {
    const started = await startApp(options)
    await enter(started, 'ann')
    const plain = await started.connect({ path: '/?user=ben' })
    const [push] = await plain.pushesUntil({ event: 'join', path })
    expect(push).toMatchObject({
      event: '$presence',
      data: { join: [{ id: 'ann' }, { id: 'ben' }] },
    })
  })

  it('is a member of its own without a user', async () => {
    const started = await startApp(options)
    const [ann, ben] = [await enter(started), await enter(started)]
    const of = async (client: WireClient): Promise<{ self: string; members: unknown[] }> =>
      (await client.nextPush('$joined')).data as never
    const { self, members } = await of(ben)
    expect(members).toHaveLength(2)
    expect((await of(ann)).self).not.toBe(self)
  })

  it('is one member with the other connections of its user', async () => {
    const started = await startApp(options)
    const first = await enter(started, 'ann')
    await first.call('$presence', path, { name: 'Ann', x: 1 })
    const second = await enter(started, 'ann')
    const member = { id: 'ann', state: { name: 'Ann', x: 1 }, connections: 2 }
    expect(await second.nextPush('$joined')).toMatchObject({ data: { members: [member] } })
    const isSecond = ({ data }: { data?: unknown }): boolean =>
      JSON.stringify(data).includes('"connections":2')
    expect(await first.nextPush(isSecond)).toMatchObject({ data: { update: [member] } })
    await second.call('leave', path)
    const back = await first.nextPush((push) => !isSecond(push) && push.event === '$presence')
    expect(back).toMatchObject({ data: { update: [{ connections: 1 }] } })
  })
})

describe('what a member shows', () => {
  it('reaches everybody, itself included, and who comes later', async () => {
    const started = await startApp(options)
    const [ann, ben] = [await enter(started, 'ann'), await enter(started, 'ben')]
    expect(await ann.call('$presence', path, { name: 'Ann', x: 3 })).toBe(null)
    const update = [{ id: 'ann', state: { name: 'Ann', x: 3 }, connections: 1 }]
    for (const client of [ann, ben]) {
      const isUpdate = ({ data }: { data?: unknown }): boolean =>
        JSON.stringify(data).includes('update')
      expect((await client.nextPush(isUpdate)).data).toEqual({ update })
    }
    const late = await enter(started, 'late')
    const { data } = await late.nextPush('$joined')
    expect((data as { members: unknown[] }).members[0]).toEqual(update[0])
  })

  it('is sent as the latest, when it changes faster than 60 times a second', async () => {
    const started = await startApp(options)
    const [ann, ben] = [await enter(started, 'ann'), await enter(started, 'ben')]
    const start = performance.now()
    for (let x = 1; x <= 100; x++) ann.send('$presence', path, { name: 'Ann', x })
    await ben.nextPush(({ data }) => JSON.stringify(data).includes('"x":100'))
    const allowed = ((performance.now() - start) * 60) / 1000 + 2
    const updates = ben.pushes.filter(({ event }) => event === '$presence')
    expect(updates.length).toBeLessThanOrEqual(allowed)
  })

  it.each([
    ['what is not valid', path, { name: 7, x: 1 }, 400],
    ['what has other fields', path, { name: 'Ann', x: 1, y: 2 }, 400],
    ['nothing', path, undefined, 400],
    ['more than 4,096 bytes', path, { name: 'é'.repeat(2100), x: 1 }, 413],
    ['a room that it is not in', '/board/b', { name: 'Ann', x: 1 }, 403],
    ['a room without presence', '/plain', { name: 'Ann', x: 1 }, 400],
  ])('is refused for %s', async (_name, room, state, code) => {
    const started = await startApp(options)
    const ann = await enter(started, 'ann')
    await ann.call('join', '/plain')
    expect(await failureOf(ann.call('$presence', room, state))).toMatchObject({ code })
    expect(started.app.rooms.members(path)).toMatchObject([{ state: null }])
  })

  it('can be read and set by handlers', async () => {
    const started = await startApp(options)
    const ann = await enter(started, 'ann')
    const member = { id: 'ann', state: { any: 'thing' }, connections: 1 }
    expect(await ann.call('show', path, { any: 'thing' })).toEqual([true, [member]])
    expect(await ann.nextPush('$presence')).toMatchObject({ data: { update: [member] } })
    expect(await ann.call('show', '/plain')).toEqual([false, []])
  })
})

describe('whoever goes', () => {
  it('is gone at once when it leaves', async () => {
    const started = await startApp(options)
    const [ann, ben] = [await enter(started, 'ann'), await enter(started, 'ben')]
    await ben.call('leave', path)
    const isLeave = ({ data }: { data?: unknown }): boolean =>
      JSON.stringify(data).includes('leave')
    expect((await ann.nextPush(isLeave)).data).toEqual({ leave: ['ben'] })
    expect(started.app.rooms.members(path)).toMatchObject([{ id: 'ann' }])
  })

  it('stays through a reload, with what it showed, and nobody is told', async () => {
    const started = await startApp({ ...options, recovery: false })
    const [ann, ben] = [await enter(started, 'ann'), await enter(started, 'ben')]
    await ben.call('$presence', path, { name: 'Ben', x: 1 })
    await ann.nextPush(({ data }) => JSON.stringify(data).includes('update'))
    const told = ann.pushes.length
    await drop(started, ben)
    const again = await enter(started, 'ben')
    const { data } = await again.nextPush('$joined')
    expect((data as { members: unknown[] }).members[1]).toMatchObject({ state: { name: 'Ben' } })
    await again.call('$presence', path, { name: 'Ben', x: 2 })
    await ann.nextPush(({ data }) => JSON.stringify(data).includes('"x":2'))
    expect(ann.pushes.slice(told)).toHaveLength(1)
  })

  it('is back with what it showed last when it resumes', async () => {
    const started = await startApp(options)
    const client = await started.connect({ protocols: 'enfilade.v1' })
    const { data } = await client.nextPush('$welcome')
    await client.call('join', path)
    await client.call('$presence', path, { name: 'Ann', x: 1 })
    await client.call('$presence', path, { name: 'Ann', x: 2 })
    await drop(started, client)
    const back = await started.connect({ protocols: 'enfilade.v1' })
    const { session } = data as { session: string }
    await back.call('$resume', '/', { session, rooms: {} })
    const joined = await back.nextPush('$joined')
    const { self, members } = joined.data as { self: string; members: unknown }
    expect(members).toEqual([{ id: self, state: { name: 'Ann', x: 2 }, connections: 1 }])
  })
})

describe('@Presence', () => {
  it('needs a prefix', () => {
    @Presence(Cursor)
    @Controller()
    class Wrong {
      @OnMessage('say', '/')
      say(): void {}
    }
    expect(problemsOf([Wrong])).toMatchObject([{ problem: '@Presence, but there is no prefix' }])
  })

  it('needs a class that can be validated', () => {
    class Empty {}
    @Presence(Empty)
    @Controller('/a')
    class Wrong {
      @OnMessage('say')
      say(): void {}
    }
    expect(problemsOf([Wrong])).toMatchObject([
      { problem: '@Presence: Empty has no class-validator decorators' },
    ])
  })
})
