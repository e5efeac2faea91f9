import { beforeEach, describe, expect, it } from '@jest/globals'
import {
  Connection,
  Controller,
  Data,
  Join,
  Leave,
  MemoryBroadcastTransport,
  OnJoin,
  OnLeave,
  OnMessage,
  Param,
  Rooms,
  WsConnection,
  WsError,
  WsRooms,
} from 'enfilade'
import { defer } from '../support/deadline.js'
import { Inbox } from '../support/inbox.js'
import { nextTurn } from '../support/next-turn.js'
import { failureOf } from '../support/outcome.js'
import { startApp } from '../support/start-app.js'

let hooks: Inbox<string>
let handled: string[]

beforeEach(() => {
  hooks = new Inbox<string>('a hook')
  handled = []
})

describe('@OnJoin', () => {
  @Controller('/club/:name')
  class Club {
    @OnMessage('join')
    @Join()
    join(): string {
      handled.push('join')
      return 'in'
    }

    @OnMessage('try')
    async try(@Rooms() rooms: WsRooms): Promise<string> {
      handled.push('try')
      await rooms.join()
      return 'in'
    }

    @OnMessage('leave')
    @Leave()
    leave(): void {}

    @OnJoin()
    async check(@Param('name') name: string): Promise<void> {
      hooks.push(`check ${name}`)
      await Promise.resolve()
      if (name === 'closed') throw new WsError(403, 'Members only', { name })
      if (name === 'broken') throw new Error('secret')
    }

    @OnJoin('/club/vip')
    checkVip(): void {
      hooks.push('vip')
    }

    @OnLeave()
    left(@Param('name') name: string, @Connection() { rooms }: WsConnection): void {
      hooks.push(`left ${name} ${rooms.size}`)
    }
  }

  @Controller()
  class Watch {
    @OnJoin()
    async all(): Promise<void> {
      await Promise.resolve()
      hooks.push('any')
    }
  }

  const controllers = [Club, Watch]

  it.each([
    ['closed', { code: 403, message: 'Members only', details: { name: 'closed' } }],
    ['broken', { code: 500, message: 'Internal Error' }],
  ])('refuses the entry, and @Join does not run its handler: %s', async (name, failure) => {
    const { app, connect } = await startApp({ controllers })
    const client = await connect()
    expect(await failureOf(client.call('join', `/club/${name}`))).toEqual(failure)
    expect(handled).toEqual([])
    expect(await failureOf(client.call('try', `/club/${name}`))).toEqual(failure)
    expect(handled).toEqual(['try'])
    expect(app.rooms.size).toBe(0)
    expect(hooks.all).toEqual([`check ${name}`, `check ${name}`])
  })

  it('is each hook that matches, in order; once per entry', async () => {
    const client = await (await startApp({ controllers })).connect()
    await client.call('join', '/club/vip')
    await client.call('join', '/club/vip')
    expect(hooks.all).toEqual(['check vip', 'vip', 'any'])
    await client.call('leave', '/club/vip')
    expect(hooks.all.slice(3)).toEqual(['left vip 0'])
    await client.call('join', '/club/vip')
    expect(hooks.all).toHaveLength(7)
  })
})

describe('@OnLeave', () => {
  @Controller()
  class Lounge {
    @OnMessage('join', '/lounge/:seat')
    @Join()
    join(): void {}

    @OnLeave()
    async first(@Connection() { isOpen, rooms }: WsConnection): Promise<never> {
      hooks.push(`first ${isOpen} ${rooms.size}`)
      await Promise.resolve()
      throw new Error('a hook that fails')
    }

    @OnLeave('/lounge/:seat')
    second(@Param('seat') seat: string, @Rooms() rooms: WsRooms): void {
      hooks.push(`second ${seat}`)
      rooms.broadcast('left', seat)
    }
  }

  it('runs once, all of them, when the server puts a member out, and may broadcast', async () => {
    const { app, connect, logger } = await startApp({ controllers: [Lounge] })
    const [ann, ben] = await Promise.all([connect(), connect()])
    await ann.call('join', '/lounge/1')
    const [member] = app.rooms.connections('/lounge/1')
    if (!member) throw new Error('Ann is not there')
    await ben.call('join', '/lounge/1')
    expect([app.rooms.leave(member, '/lounge/1'), app.rooms.leave(member, '/lounge/1')]).toEqual([
      true,
      false,
    ])
    const push = { event: 'left', path: '/lounge/1', params: { seat: '1' }, data: '1' }
    expect(await ben.nextPush()).toEqual(push)
    expect(hooks.all).toEqual(['first true 0', 'second 1'])
    expect((await logger.next('error')).fields).toMatchObject({ handler: 'Lounge.first' })
    expect(app.counters.errors).toEqual({ 500: 1 })
  })

  it('runs for each room when the connection ends, which it is in no more', async () => {
    const { app, connect } = await startApp({ controllers: [Lounge] })
    const client = await connect()
    for (const seat of [1, 2]) await client.call('join', `/lounge/${seat}`)
    client.terminate()
    const names = [await hooks.next(), await hooks.next(), await hooks.next(), await hooks.next()]
    expect(names).toEqual(['first false 1', 'second 1', 'first false 0', 'second 2'])
    expect(app.rooms.size).toBe(0)
  })

  it('does not run for a join that was given up while its hook waited', async () => {
    const gate = defer<void>()
    const results = new Inbox<boolean>('a join')
    @Controller('/slow')
    class Slow {
      @OnMessage('join')
      async join(@Rooms() rooms: WsRooms): Promise<void> {
        results.push(await rooms.join())
      }

      @OnMessage('leave')
      @Leave()
      leave(): void {}

      @OnJoin()
      async check(): Promise<void> {
        hooks.push('check')
        await gate.promise
      }

      @OnLeave()
      left(): void {
        hooks.push('left')
      }
    }
    const { app, connect } = await startApp({ controllers: [Slow] })
    const [ann, ben] = await Promise.all([connect(), connect()])
    ann.send('join', '/slow')
    await ann.call('leave', '/slow')
    ben.send('join', '/slow')
    await failureOf(ben.call('nothing', '/'))
    await ben.close()
    gate.resolve()
    expect([await results.next(), await results.next()]).toEqual([false, false])
    expect(hooks.all).toEqual(['check', 'check'])
    expect(app.rooms.size).toBe(0)
  })
})

it('a connection that has closed joins nothing, and no hook is asked', async () => {
  const gate = defer<void>()
  const results = new Inbox<boolean>('a join')
  @Controller('/late')
  class Late {
    @OnMessage('join')
    async join(@Rooms() rooms: WsRooms): Promise<void> {
      await gate.promise
      results.push(await rooms.join())
    }

    @OnJoin()
    joining(): void {
      hooks.push('asked')
    }
  }
  const { app, connect } = await startApp({ controllers: [Late] })
  const client = await connect()
  client.send('join', '/late')
  await failureOf(client.call('nothing', '/'))
  client.terminate()
  while (app.server.size > 0) await nextTurn()
  gate.resolve()
  expect(await results.next()).toBe(false)
  expect(hooks.all).toEqual([])
  expect(app.rooms.size).toBe(0)
})

describe('a storm of joins, leaves and ends', () => {
  const trail = new Map<string, string[]>()

  function note(kind: string, { id }: WsConnection, room: string): void {
    const key = `${id} ${room}`
    trail.set(key, [...(trail.get(key) ?? []), kind])
  }

  @Controller('/storm/:room')
  class Storm {
    @OnMessage('join')
    @Join()
    join(): void {}

    @OnMessage('try')
    async try(@Rooms() rooms: WsRooms): Promise<void> {
      await rooms.join()
    }

    @OnMessage('leave')
    @Leave()
    leave(): void {}

    @OnMessage('hop')
    hop(@Rooms() rooms: WsRooms, @Data(Object) _data: unknown): void {
      rooms.leave()
      void rooms.join()
      rooms.leave()
    }

    @OnJoin()
    joining(@Connection() connection: WsConnection, @Param('room') room: string): void {
      note('join', connection, room)
    }

    @OnLeave()
    left(@Connection() connection: WsConnection, @Param('room') room: string): void {
      note('leave', connection, room)
    }
  }

  it.each([
    ['in one process', undefined],
    ['with a transport', new MemoryBroadcastTransport()],
  ])('pairs each entry with one @OnLeave, %s', async (_name, broadcastTransport) => {
    trail.clear()
    const { app, connect } = await startApp({
      controllers: [Storm],
      rateLimit: false,
      ...(broadcastTransport && { broadcastTransport }),
    })
    const clients = await Promise.all(Array.from({ length: 20 }, () => connect()))
    const events = ['join', 'try', 'leave', 'join', 'leave', 'hop', 'leave', 'try'] as const
    clients.forEach((client, index) => {
      for (let step = 0; step < 80; step++) {
        const event = events[(step * 3 + index) % events.length] ?? 'join'
        client.send(event, `/storm/${(step * 7 + index) % 3}`)
      }
      if (index % 3 === 0) client.terminate()
      else void client.close()
    })
    await Promise.all(clients.map((client) => client.closed))
    while (app.server.size > 0) await nextTurn()
    expect(app.rooms.size).toBe(0)
    expect(trail.size).toBeGreaterThan(20)
    for (const kinds of trail.values()) {
      const expected = kinds.map((_kind, index) => (index % 2 === 0 ? 'join' : 'leave'))
      expect(kinds).toEqual(expected)
      expect(kinds.length % 2).toBe(0)
    }
  })
})
