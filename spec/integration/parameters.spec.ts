import { describe, expect, it } from '@jest/globals'
import { IsInt } from 'class-validator'
import {
  Connection,
  Controller,
  Data,
  Join,
  Message,
  OnConnect,
  OnDisconnect,
  OnJoin,
  OnLeave,
  OnMessage,
  Param,
  Rooms,
  Server,
  Session,
  WsConnection,
  WsRooms,
  WsServer,
  type WsMessageInfo,
} from 'enfilade'
import { Inbox } from '../support/inbox.js'
import { failureOf } from '../support/outcome.js'
import { startApp } from '../support/start-app.js'

class Point {
  @IsInt() x!: number
  @IsInt() y!: number

  norm(): number {
    return Math.hypot(this.x, this.y)
  }
}

@Controller('/users/:user')
class UsersController {
  @OnMessage('one', '/posts/:post')
  one(@Param('user') user: string, @Param('post') post: string): object {
    return { user, post }
  }

  @OnMessage('all', '/posts/:post')
  all(@Param() params: object): object {
    return params
  }

  @OnMessage('optional', '/page{/:number}')
  optional(@Param('number') page: string | undefined): object {
    return { page: page ?? 'none' }
  }

  @OnMessage('wild', '/files/*path')
  wild(@Param('path') path: string): object {
    return { path }
  }

  @OnMessage('message')
  message(@Message() { event, path, params, data, id, raw }: WsMessageInfo): object {
    return { event, path, params, data, id, raw }
  }

  @OnMessage('connection')
  @Join()
  connection(@Connection() connection: WsConnection): object {
    const { id, isOpen, remoteAddress, subprotocol, closeCode, bufferedAmount } = connection
    return { hasId: id.length > 0, isOpen, remoteAddress, subprotocol, closeCode, bufferedAmount }
  }

  @OnMessage('rooms')
  async rooms(@Rooms() rooms: WsRooms): Promise<object> {
    const before = rooms.rooms()
    const joined = await rooms.join()
    return { before, joined, after: rooms.rooms(), left: rooms.leave(), twice: rooms.leave() }
  }

  @OnMessage('session')
  session(@Session() session: unknown, @Session('name') name: unknown): object {
    return { session, name, isMissing: name === undefined }
  }

  @OnMessage('server')
  server(@Server() server: WsServer, @Connection() connection: WsConnection): object {
    return {
      size: server.size,
      knowsMe: server.getConnection(connection.id) === connection,
      knowsNobody: server.getConnection('nobody') === undefined,
    }
  }

  @OnMessage('dto')
  dto(@Data() point: Point): object {
    return { isPoint: point instanceof Point, norm: point.norm() }
  }

  @OnMessage('given')
  given(@Data(Point) point: unknown): object {
    return { isPoint: point instanceof Point }
  }

  @OnMessage('maybe')
  maybe(@Data({ optional: true }) point?: Point): object {
    return { norm: point?.norm() ?? 'none' }
  }

  @OnMessage('list')
  list(@Data([Point]) points: Point[]): number[] {
    return points.map((point) => point.norm())
  }

  @OnMessage('text')
  text(@Data() text: string): object {
    return { text }
  }

  @OnMessage('unknown')
  unknown(@Data() data: unknown): object {
    return { data }
  }

  @OnMessage('five', '/:a/:b')
  five(
    @Param('user') user: string,
    @Param('a') a: string,
    @Param('b') b: string,
    @Data(Object) data: unknown,
    @Session('name') name: string,
  ): unknown[] {
    return [user, a, b, data, name]
  }
}

const authorize = ({ query }: { query: URLSearchParams }): unknown =>
  query.has('none') ? null : { name: 'Ann', age: 7 }
const options = { controllers: [UsersController], authorize }

describe('@Param', () => {
  it.each([
    ['gives one by name', 'one', '/users/ann/posts/7', { user: 'ann', post: '7' }],
    ['gives all without a name', 'all', '/users/ann/posts/7', { user: 'ann', post: '7' }],
    ['is decoded', 'one', '/users/%C3%A4%2Fb/posts/%25', { user: 'ä/b', post: '%' }],
    [
      'is undefined for an optional one that is not there',
      'optional',
      '/users/ann/page',
      { page: 'none' },
    ],
    ['gives an optional one that is there', 'optional', '/users/ann/page/3', { page: '3' }],
    ['joins the segments of a wildcard', 'wild', '/users/ann/files/a/b%20c/d', { path: 'a/b c/d' }],
  ])('%s', async (_fact, event, path, expected) => {
    const client = await (await startApp(options)).connect()
    expect(await client.call(event, path)).toEqual(expected)
  })

  it('is that of the room in @OnJoin and @OnLeave', async () => {
    const seen = new Inbox<unknown>('a hook')
    @Controller('/rooms/:name')
    class Hooks {
      @OnMessage('join')
      @Join()
      join(): void {}

      @OnJoin()
      joined(@Param('name') name: string): void {
        seen.push({ joined: name })
      }

      @OnLeave()
      left(@Param() params: object, @Connection() { isOpen }: WsConnection): void {
        seen.push({ left: params, isOpen })
      }
    }
    const client = await (await startApp({ controllers: [Hooks] })).connect()
    await client.call('join', '/rooms/caf%C3%A9')
    expect(await seen.next()).toEqual({ joined: 'café' })
    await client.close()
    expect(await seen.next()).toEqual({ left: { name: 'café' }, isOpen: false })
  })
})

describe('@Message', () => {
  it('gives event, path, params, data, id and the frame as it came', async () => {
    const client = await (await startApp(options)).connect()
    expect(await client.call('message', '/users/ann', { a: [1] })).toEqual({
      event: 'message',
      path: '/users/ann',
      params: { user: 'ann' },
      data: { a: [1] },
      id: 1,
      raw: '{"event":"message","path":"/users/ann","data":{"a":[1]},"id":1}',
    })
  })
})

describe('@Connection, @Rooms, @Server and @Session', () => {
  it.each([
    [
      'connection',
      { hasId: true, isOpen: true, remoteAddress: '127.0.0.1', subprotocol: '', bufferedAmount: 0 },
    ],
    ['rooms', { before: [], joined: true, after: ['/users/ann'], left: true, twice: false }],
    ['server', { size: 1, knowsMe: true, knowsNobody: true }],
    ['session', { session: { name: 'Ann', age: 7 }, name: 'Ann', isMissing: false }],
  ])('%s is what the handler gets', async (event, expected) => {
    const client = await (await startApp(options)).connect()
    expect(await client.call(event, '/users/ann')).toEqual(expected)
  })

  it('@Session(key) is undefined when authorize returned null', async () => {
    const client = await (await startApp(options)).connect({ path: '/?none' })
    expect(await client.call('session', '/users/ann')).toEqual({ session: null, isMissing: true })
  })

  it('are there in @OnConnect and @OnDisconnect too', async () => {
    const seen = new Inbox<unknown>('a hook')
    @Controller()
    class Hooks {
      @OnConnect()
      connected(
        @Connection() { isOpen }: WsConnection,
        @Session('name') name: string,
        @Rooms() rooms: WsRooms,
        @Server() { size }: WsServer,
      ): void {
        void rooms.join('/lobby')
        seen.push({ isOpen, name, rooms: rooms.rooms(), size })
      }

      @OnDisconnect()
      gone(
        @Connection() { isOpen, closeCode, closeReason }: WsConnection,
        @Session('name') name: string,
        @Rooms() rooms: WsRooms,
        @Server() { size }: WsServer,
      ): void {
        seen.push({ isOpen, closeCode, closeReason, name, rooms: rooms.rooms(), size })
      }
    }
    const client = await (await startApp({ controllers: [Hooks], authorize })).connect()
    const rooms = ['/lobby']
    expect(await seen.next()).toEqual({ isOpen: true, name: 'Ann', rooms, size: 1 })
    await client.close(4321, 'bye')
    const close = { isOpen: false, closeCode: 4321, closeReason: 'bye' }
    expect(await seen.next()).toEqual({ ...close, name: 'Ann', rooms, size: 0 })
  })
})

describe('@Data', () => {
  it.each([
    ['builds the class of the parameter', 'dto', { x: 3, y: 4 }, { isPoint: true, norm: 5 }],
    ['builds the class it is given', 'given', { x: 3, y: 4 }, { isPoint: true }],
    [
      'builds each of a list',
      'list',
      [
        { x: 3, y: 4 },
        { x: 0, y: 1 },
      ],
      [5, 1],
    ],
    ['is undefined for optional data that is not there', 'maybe', undefined, { norm: 'none' }],
    ['is undefined for optional data that is null', 'maybe', null, { norm: 'none' }],
    ['builds optional data that is there', 'maybe', { x: 3, y: 4 }, { norm: 5 }],
    ['lets a string through to a string', 'text', 'hello', { text: 'hello' }],
    ['hands unknown over as it came', 'unknown', [null, { a: 1 }], { data: [null, { a: 1 }] }],
  ])('%s', async (_fact, event, data, expected) => {
    const client = await (await startApp(options)).connect()
    expect(await client.call(event, '/users/ann', data)).toEqual(expected)
  })

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a string', 'x'],
    ['a number', 4],
    ['an array', [{ x: 1, y: 2 }]],
  ])('refuses %s for a class with 400', async (_name, data) => {
    const client = await (await startApp(options)).connect()
    expect(await failureOf(client.call('dto', '/users/ann', data))).toEqual({
      code: 400,
      message: 'Invalid data',
      details: [{ field: '', rule: 'isObject', message: 'data must be an object' }],
    })
  })

  it('checks optional data that is there', async () => {
    const client = await (await startApp(options)).connect()
    const failure = failureOf(client.call('maybe', '/users/ann', { x: 'three', y: 4 }))
    expect(await failure).toMatchObject({ code: 400, details: [{ field: 'x' }] })
  })

  it('refuses what is deeper than the limit with 400', async () => {
    const client = await (await startApp({ ...options, maxDepth: 4 })).connect()
    expect(await client.call('unknown', '/users/ann', [[[]]])).toEqual({ data: [[[]]] })
    const failure = await failureOf(client.call('unknown', '/users/ann', [[[[]]]]))
    expect(failure).toEqual({ code: 400, message: 'Nested deeper than 4 levels' })
  })
})

it('five parameters of one method come in their order', async () => {
  const client = await (await startApp(options)).connect()
  const values = await client.call('five', '/users/ann/1/2', { deep: true })
  expect(values).toEqual(['ann', '1', '2', { deep: true }, 'Ann'])
})
