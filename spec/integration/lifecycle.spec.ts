import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import {
  Broadcast,
  Connection,
  Controller,
  Data,
  Join,
  Message,
  OnConnect,
  OnDisconnect,
  OnMessage,
  Rooms,
  WsConnection,
  WsError,
  WsRooms,
  type WsMessageInfo,
} from 'enfilade'
import { defer, type Deferred } from '../support/deadline.js'
import { Inbox } from '../support/inbox.js'
import { nextTurn } from '../support/next-turn.js'
import { openPlainSocket } from '../support/plain-socket.js'
import { startApp } from '../support/start-app.js'

let seen: Inbox<string>
let gate: Deferred<void>

beforeEach(() => {
  seen = new Inbox<string>('a hook')
  gate = defer()
})

/** Notes what arrives, and waits in its connect handler for the gate. */
@Controller('/gated')
class Gated {
  @OnConnect()
  async connect(): Promise<void> {
    seen.push('connect')
    await gate.promise
    seen.push('connected')
  }

  @OnMessage()
  message(@Data(Object) data: unknown, @Message() { id }: WsMessageInfo): unknown {
    seen.push(`${id === undefined ? 'sent' : 'called'} ${String(data)}`)
    return data
  }

  @OnDisconnect()
  disconnect(): void {
    seen.push('disconnect')
  }
}

@Controller()
class First {
  @OnConnect()
  async connect(): Promise<void> {
    await Promise.resolve()
    seen.push('first connect')
  }

  @OnConnect()
  again(): void {
    seen.push('first again')
  }

  @OnDisconnect()
  async disconnect(): Promise<void> {
    seen.push('first disconnect')
    await Promise.resolve()
  }
}

@Controller()
class Second {
  @OnConnect()
  connect(): void {
    seen.push('second connect')
  }

  @OnDisconnect()
  disconnect(@Connection() { closeCode }: WsConnection): void {
    seen.push(`second disconnect ${closeCode}`)
  }
}

describe('connect handlers', () => {
  it('run in the order of the controllers, each after the one before', async () => {
    const client = await (await startApp({ controllers: [First, Second] })).connect()
    for (const name of ['first connect', 'first again', 'second connect']) {
      expect(await seen.next()).toBe(name)
    }
    await client.close(4000)
    expect(await seen.next()).toBe('first disconnect')
    expect(await seen.next()).toBe('second disconnect 4000')
  })

  it('run in another order when the controllers stand in another order', async () => {
    await (await startApp({ controllers: [Second, First] })).connect()
    for (const name of ['second connect', 'first connect', 'first again']) {
      expect(await seen.next()).toBe(name)
    }
  })

  it.each([
    ['throws 401', () => new WsError(401, 'Who are you?'), 4401, 'Who are you?'],
    ['throws 403', () => new WsError(403), 4403, 'Forbidden'],
    ['throws 503', () => new WsError(503), 1013, 'Service Unavailable'],
    ['throws another WsError', () => new WsError(409), 1011, 'Conflict'],
    ['throws anything else', () => new Error('the password is hunter2'), 1011, 'Internal Error'],
    ['throws a reason too long', () => new WsError(403, 'ä'.repeat(99)), 4403, 'ä'.repeat(61)],
  ])(
    'close the connection when one %s, and those after it do not run',
    async (_, make, code, reason) => {
      @Controller()
      class Failing {
        @OnConnect()
        connect(): never {
          throw make()
        }
      }
      const client = await (await startApp({ controllers: [Failing, Second] })).connect()
      expect(await client.closed).toEqual({ code, reason })
      expect(await seen.next()).toBe(`second disconnect ${code}`)
      expect(seen.all).toHaveLength(1)
    },
  )

  it('may close the connection, after which no other runs, and @OnDisconnect comes last', async () => {
    @Controller()
    class Closing {
      @OnConnect()
      async connect(@Connection() connection: WsConnection): Promise<void> {
        connection.close(4999, 'full')
        seen.push(`open ${connection.isOpen}`)
        await Promise.resolve()
        seen.push('closing has finished')
      }
    }
    const client = await (await startApp({ controllers: [Closing, Second] })).connect()
    expect(await client.closed).toEqual({ code: 4999, reason: 'full' })
    expect(await seen.next()).toBe('open false')
    expect(await seen.next()).toBe('closing has finished')
    expect(await seen.next()).toBe('second disconnect 4999')
    expect(seen.all).toHaveLength(3)
  })

  it('may send, join and broadcast before the first message is handled', async () => {
    @Controller('/hall')
    class Greeting {
      @OnConnect()
      connect(@Connection() connection: WsConnection, @Rooms() rooms: WsRooms): void {
        connection.send('hello', '/hall')
        void rooms.join('/hall')
        rooms.broadcast('arrived', connection.rooms.size, { room: '/hall', excludeSelf: false })
      }
    }
    const client = await (await startApp({ controllers: [Greeting] })).connect()
    expect(await client.nextPush()).toEqual({ event: 'hello', path: '/hall' })
    expect(await client.nextPush()).toEqual({ event: 'arrived', path: '/hall', data: 1 })
  })
})

describe('messages that come before the connect handlers have finished', () => {
  it('wait, and are then handled in order', async () => {
    const client = await (await startApp({ controllers: [Gated] })).connect()
    client.send('message', '/gated', 1)
    const call = client.call('message', '/gated', 2)
    client.send('message', '/gated', 3)
    expect(await seen.next()).toBe('connect')
    gate.resolve()
    expect(await call).toBe(2)
    await client.call('message', '/gated', 4)
    expect(seen.all.slice(1)).toEqual(['connected', 'sent 1', 'called 2', 'sent 3', 'called 4'])
  })

  it.each([
    ['64 of them', 64, 1],
    ['256 KiB of them', 4, 60_000],
  ])('are kept up to %s', async (_name, count, size) => {
    const { app, connect } = await startApp({ controllers: [Gated] })
    const client = await connect()
    const arrived = count
    for (let index = 1; index < count; index++) client.send('message', '/gated', 'x'.repeat(size))
    const last = client.call('message', '/gated', 'last')
    while (app.counters.messages < arrived) await nextTurn()
    gate.resolve()
    expect(await last).toBe('last')
    expect(seen.all).toHaveLength(count + 2)
  })

  it.each([
    ['64 of them', 65, 1],
    ['256 KiB of them', 5, 60_000],
  ])('close the connection with 4400 past %s, and none is handled', async (_name, count, size) => {
    const client = await (await startApp({ controllers: [Gated] })).connect()
    for (let index = 0; index < count; index++) client.send('message', '/gated', 'x'.repeat(size))
    const reason = 'Too many messages before the connection was ready'
    expect(await client.closed).toEqual({ code: 4400, reason })
    gate.resolve()
    expect([await seen.next(), await seen.next(), await seen.next()]).toEqual([
      'connect',
      'connected',
      'disconnect',
    ])
    expect(seen.all).toHaveLength(3)
  })

  it('are not handled when the connection is refused', async () => {
    const client = await (await startApp({ controllers: [Gated] })).connect()
    client.send('message', '/gated', 1)
    expect(await seen.next()).toBe('connect')
    gate.reject(new WsError(403))
    expect(await client.closed).toMatchObject({ code: 4403 })
    expect(await seen.next()).toBe('disconnect')
    expect(seen.all).toEqual(['connect', 'disconnect'])
  })
})

describe('a connection that ends while its connect handlers run', () => {
  it('has them finish first, and then its disconnect handlers', async () => {
    const client = await (await startApp({ controllers: [Gated, Second] })).connect()
    expect(await seen.next()).toBe('connect')
    client.send('message', '/gated', 1)
    await client.close(4000)
    gate.resolve()
    expect(await seen.next()).toBe('connected')
    expect(await seen.next()).toBe('disconnect')
    expect(await seen.next()).toBe('second disconnect 4000')
    expect(seen.all).toHaveLength(4)
  })

  it('is logged and counted when they then fail', async () => {
    const { app, connect, logger } = await startApp({ controllers: [Gated] })
    const client = await connect()
    expect(await seen.next()).toBe('connect')
    await client.close()
    gate.reject(new Error('late'))
    expect((await logger.next('error')).fields).toMatchObject({ handler: 'Gated.connect' })
    expect(await seen.next()).toBe('disconnect')
    expect(app.counters.errors).toEqual({ 500: 1 })
  })

  describe('for ever', () => {
    beforeEach(() => {
      jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] })
    })
    afterEach(() => {
      jest.useRealTimers()
    })

    it('is forgotten after 5 s, with a warning, and does not keep the app from closing', async () => {
      const { app, connect, logger } = await startApp({ controllers: [Gated] })
      const client = await connect()
      await seen.next()
      for (const connection of app.server.connections()) void app.rooms.join(connection, '/gated')
      client.terminate()
      while (app.server.size > 0) await nextTurn()
      const closed = app.close()
      expect(app.rooms.size).toBe(1)
      jest.advanceTimersByTime(5_000)
      await closed
      expect(app.rooms.size).toBe(0)
      expect(logger.warnings().map(({ message }) => message)).toEqual([
        '@OnConnect has not finished: the connection leaves its rooms now',
      ])
      expect(seen.all).toEqual(['connect', 'disconnect'])
    })
  })
})

describe('disconnect handlers', () => {
  @Controller('/room')
  class Room {
    @OnMessage('join')
    @Join()
    join(): void {}

    @OnMessage('say')
    @Broadcast()
    say(): number {
      return 1
    }

    @OnDisconnect()
    async gone(@Connection() connection: WsConnection, @Rooms() rooms: WsRooms): Promise<void> {
      rooms.broadcast('going', [...connection.rooms], { room: '/room' })
      await Promise.resolve()
      seen.push(`rooms ${rooms.rooms().join()}`)
      rooms.broadcast('gone', connection.closeCode, { room: '/room' })
      seen.push(`send ${connection.send('x', '/')} ${connection.bufferedAmount}`)
      connection.close()
    }
  }

  it('still see the rooms, and broadcast to those who are left', async () => {
    const { app, connect } = await startApp({ controllers: [Room, Second] })
    const [ann, ben] = await Promise.all([connect(), connect()])
    await Promise.all([ann.call('join', '/room'), ben.call('join', '/room')])
    await ann.close(4000)
    expect(await ben.nextPush()).toEqual({ event: 'going', path: '/room', data: ['/room'] })
    expect(await ben.nextPush()).toEqual({ event: 'gone', path: '/room', data: 4000 })
    expect(seen.all.filter((name) => !name.startsWith('second connect'))).toEqual([
      'second disconnect 4000',
      'rooms /room',
      'send false 0',
    ])
    await ben.call('say', '/room')
    expect(app.rooms.connections('/room').size).toBe(1)
    expect(app.server.size).toBe(1)
  })

  it('run for each way a connection may end, with its code', async () => {
    const { app, connect } = await startApp({ controllers: [Second] })
    const ends: [end: () => Promise<unknown>, code: number][] = [
      [async () => (await connect()).close(), 1005],
      [async () => (await connect()).close(1000), 1000],
      [async () => (await connect()).terminate(), 1006],
      [async () => (await connect()).sendRaw('x'.repeat(70_000)), 1009],
      [
        async () => {
          await connect()
          app.server.connections()[0]?.close(4001)
        },
        4001,
      ],
    ]
    for (const [end, code] of ends) {
      await end()
      expect(await seen.next()).toBe('second connect')
      expect(await seen.next()).toBe(`second disconnect ${code}`)
    }
  })

  it('run when the app closes, which waits for them', async () => {
    @Controller()
    class Slow {
      @OnDisconnect()
      async gone(): Promise<void> {
        await nextTurn()
        seen.push('gone')
      }
    }
    const { app, connect } = await startApp({ controllers: [Slow] })
    const client = await connect()
    await app.close()
    expect(seen.all).toEqual(['gone'])
    expect(await client.closed).toEqual({ code: 1001, reason: 'The server shuts down' })
  })
})

it('a handler that closes its own connection harms nothing, and its reply is lost', async () => {
  @Controller()
  class Rude {
    @OnMessage('bye')
    bye(@Connection() connection: WsConnection): string {
      connection.close(4002, 'bye')
      connection.close()
      return 'never read'
    }
  }
  const { url, connect, logger } = await startApp({ controllers: [Rude] })
  const other = await connect()
  const { socket, send, received } = await openPlainSocket(url)
  const closed = new Promise((resolve) => socket.on('close', resolve))
  send({ event: 'bye', path: '/', id: 1 })
  expect(await closed).toBe(4002)
  expect(received.all).toEqual([])
  await expect(other.call('nothing', '/')).rejects.toMatchObject({ code: 404 })
  expect(logger.errors()).toEqual([])
})
