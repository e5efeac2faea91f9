import { describe, expect, it } from '@jest/globals'
import {
  Connection,
  Controller,
  Data,
  Join,
  OnConnect,
  OnDisconnect,
  OnJoin,
  OnMessage,
  Use,
  WsConnection,
  WsContext,
  WsError,
  guard,
  type WsMiddleware,
  type WsNext,
} from 'enfilade'
import { injectable } from 'tsyringe'
import { nextTurn } from '../support/next-turn.js'
import { failureOf } from '../support/outcome.js'
import { startApp } from '../support/start-app.js'

const trail: string[] = []

function mark(name: string): WsMiddleware {
  return async (context, next) => {
    trail.push(`${name} in ${context.kind}`)
    const result = await next()
    trail.push(`${name} out`)
    return result
  }
}

@Use(mark('controller 1'), mark('controller 2'))
@Use(mark('controller 3'))
@Controller('/ordered')
class OrderedController {
  @OnConnect()
  @Use(mark('method'))
  connect(): void {
    trail.push('connect')
  }

  @OnMessage('go')
  @Use(mark('method 1'))
  @Use(mark('method 2'))
  go(): string {
    trail.push('handler')
    return 'done'
  }

  @OnMessage('bare')
  bare(): void {
    trail.push('bare')
  }

  @OnJoin()
  joining(): void {
    trail.push('joining')
  }

  @OnDisconnect()
  gone(): void {
    trail.push('gone')
  }
}

/** A controller with one message, `go` on `/`, behind middleware. */
function behind(...middleware: WsMiddleware[]) {
  @Controller()
  class Behind {
    @OnMessage('go')
    @Use(...middleware)
    go(@Data(Object) data: unknown): unknown {
      trail.push('handler')
      if (data === 'throw') throw new WsError(409, 'from the handler')
      return data
    }

    @OnMessage('later')
    @Use(...middleware)
    async later(@Data(Object) data: unknown): Promise<unknown> {
      await Promise.resolve()
      return this.go(data)
    }

    @OnMessage('ping')
    ping(): string {
      return 'pong'
    }
  }
  trail.length = 0
  return startApp({ controllers: [Behind] })
}

describe('the order', () => {
  it('is app, controller, method, and back, on connect and on messages', async () => {
    trail.length = 0
    const use = [mark('app 1'), mark('app 2')]
    const client = await (await startApp({ controllers: [OrderedController], use })).connect()
    const names = ['app 1', 'app 2', 'controller 1', 'controller 2', 'controller 3']
    const around = (kind: string, inner: string[], own: string[]): string[] => [
      ...[...names, ...own].map((name) => `${name} in ${kind}`),
      ...inner,
      ...[...names, ...own].reverse().map((name) => `${name} out`),
    ]
    expect(await client.call('go', '/ordered')).toBe('done')
    expect(trail.splice(0)).toEqual([
      ...around('connect', ['connect'], ['method']),
      ...around('message', ['handler'], ['method 1', 'method 2']),
    ])
    await client.call('bare', '/ordered')
    expect(trail.splice(0)).toEqual(around('message', ['bare'], []))
  })

  it('has no place for @OnJoin and @OnDisconnect, around which no middleware stands', async () => {
    trail.length = 0
    const use = [mark('app')]
    const { app, connect, stop } = await startApp({ controllers: [OrderedController], use })
    await (await connect()).call('bare', '/ordered')
    trail.length = 0
    for (const connection of app.server.connections()) await app.rooms.join(connection, '/ordered')
    await stop()
    expect(trail).toEqual(['joining', 'gone'])
  })
})

describe('a class', () => {
  it('is resolved by dependency injection, once an app', async () => {
    @injectable()
    class Clock {
      readonly now = 1234
    }
    @injectable()
    class Stamp {
      static built = 0
      #calls = 0
      constructor(private readonly clock: Clock) {
        Stamp.built++
      }
      async handle(context: WsContext, next: WsNext): Promise<unknown> {
        return {
          result: await next(),
          at: this.clock.now,
          calls: ++this.#calls,
          path: context.path,
        }
      }
    }
    @Controller()
    @Use(Stamp)
    class Stamped {
      @OnMessage('go')
      @Use(Stamp)
      go(): string {
        return 'done'
      }
    }
    const client = await (await startApp({ controllers: [Stamped] })).connect()
    await client.call('go', '/')
    expect(await client.call('go', '/')).toEqual({
      result: { result: 'done', at: 1234, calls: 3, path: '/' },
      ...{ at: 1234, calls: 4, path: '/' },
    })
    expect(Stamp.built).toBe(1)
  })
})

describe('guard()', () => {
  it.each([
    ['refuses with 403', guard(() => false), { code: 403, message: 'Forbidden' }],
    ['refuses with a code', guard(() => false, 401), { code: 401, message: 'Unauthorized' }],
    ['refuses with a text', guard(() => false, 429, 'Slow'), { code: 429, message: 'Slow' }],
    [
      'refuses when its promise says no',
      guard(() => Promise.resolve(false)),
      { code: 403, message: 'Forbidden' },
    ],
    [
      'refuses with what the predicate throws',
      guard(() => {
        throw new WsError(409, 'own')
      }),
      { code: 409, message: 'own' },
    ],
    [
      'refuses with 500 when the predicate breaks',
      guard(() => Promise.reject(new TypeError('secret'))),
      { code: 500, message: 'Internal Error' },
    ],
  ])('%s, and the handler does not run', async (_fact, middleware, failure) => {
    const client = await (await behind(middleware)).connect()
    expect(await failureOf(client.call('go', '/', 1))).toEqual(failure)
    expect(trail).toEqual([])
  })

  it.each([
    ['a value', guard(({ session }) => session !== undefined)],
    ['a promise', guard(() => Promise.resolve(true))],
  ])('lets through when %s says yes', async (_name, middleware) => {
    const client = await (await behind(middleware)).connect()
    expect(await client.call('go', '/', 'data')).toBe('data')
  })

  it.each([
    [401, 4401],
    [403, 4403],
    [429, 1013],
    [503, 1013],
    [409, 1011],
  ])('of code %i on connect closes with %i', async (code, closeCode) => {
    @Controller()
    class Closed {
      @OnConnect()
      @Use(guard(() => false, code, 'No entry'))
      connect(): void {}
    }
    const client = await (await startApp({ controllers: [Closed] })).connect()
    expect(await client.closed).toEqual({ code: closeCode, reason: 'No entry' })
  })
})

const shortCuts: [fact: string, middleware: WsMiddleware, expected: unknown, calls: number][] = [
  ['a short cut is the reply, and the handler does not run', () => 'cached', 'cached', 0],
  ['a short cut of null is the reply null', () => null, null, 0],
  ['no next and no value is the reply null', () => undefined, null, 0],
  [
    'a forgotten return leaves the result',
    (_context, next) => {
      next()
    },
    'data',
    1,
  ],
  [
    'a forgotten await leaves the result',
    async (_context, next) => {
      await Promise.resolve()
      next()
    },
    'data',
    1,
  ],
  ['null in place of a result is null', (_context, next) => (next(), null), null, 1],
  ['0 in place of a result is 0', async (_context, next) => (await next(), 0), 0, 1],
]

describe('what middleware returns', () => {
  it.each(shortCuts)('%s', async (_fact, middleware, expected, calls) => {
    const client = await (await behind(middleware)).connect()
    expect(await client.call('go', '/', 'data')).toBe(expected)
    expect(await client.call('later', '/', 'data')).toBe(expected)
    expect(trail).toHaveLength(calls * 2)
  })

  it('may stand in for a handler whose failure nobody waits for', async () => {
    const impatient: WsMiddleware = (_context, next) => {
      void next()
      return 'at once'
    }
    const client = await (await behind(impatient)).connect()
    expect(await client.call('later', '/', 'throw')).toBe('at once')
    expect(await client.call('ping', '/')).toBe('pong')
  })
})

describe('what middleware throws', () => {
  it('is the error of the message, though the handler fails too, now or later', async () => {
    const late: WsMiddleware = (_context, next) => {
      void next()
      throw new WsError(410, 'from the middleware')
    }
    const later: WsMiddleware = async (context, next) => {
      await Promise.resolve()
      return late(context, next)
    }
    const gone = { code: 410, message: 'from the middleware' }
    for (const middleware of [late, later]) {
      const client = await (await behind(middleware)).connect()
      expect(await failureOf(client.call('later', '/', 'throw'))).toEqual(gone)
      expect(await client.call('ping', '/')).toBe('pong')
    }
  })

  it('may be what became of the error of the handler', async () => {
    const map: WsMiddleware = async (_context, next) => {
      try {
        return await next()
      } catch (error) {
        const { code } = error as WsError
        throw new WsError(code + 1, 'mapped', { from: code })
      }
    }
    const client = await (await behind(map, map)).connect()
    const failure = { code: 411, message: 'mapped', details: { from: 410 } }
    expect(await failureOf(client.call('go', '/', 'throw'))).toEqual(failure)
    expect(await failureOf(client.call('later', '/', 'throw'))).toEqual(failure)
  })

  it('may be swallowed in favour of a result', async () => {
    const swallow: WsMiddleware = async (_context, next) => {
      try {
        return await next()
      } catch {
        return 'a default'
      }
    }
    const client = await (await behind(swallow)).connect()
    expect(await client.call('go', '/', 'throw')).toBe('a default')
  })

  it('a rejection that is awaited later than it happens is the error of the message', async () => {
    const slow: WsMiddleware = async (_context, next) => {
      const result = next()
      await nextTurn()
      await nextTurn()
      return result
    }
    const client = await (await behind(slow)).connect()
    const conflict = { code: 409, message: 'from the handler' }
    expect(await failureOf(client.call('later', '/', 'throw'))).toEqual(conflict)
  })

  it('is 500 for a second next(), and the handler runs once', async () => {
    const twice: WsMiddleware = async (_context, next) => {
      await next()
      return next()
    }
    const { connect, logger } = await behind(twice)
    const client = await connect()
    const failure = { code: 500, message: 'Internal Error' }
    expect(await failureOf(client.call('go', '/', 1))).toEqual(failure)
    expect(trail).toEqual(['handler'])
    expect(String((await logger.next('error')).fields.err)).toMatch('next() was called twice')
  })
})

describe('the effects of a handler', () => {
  @Controller('/room')
  class Room {
    @OnMessage('join')
    @Join()
    @Use(async ({ connection, data }, next) => {
      const before = connection.rooms.size
      if (data === 'stop') return 'stopped'
      await next()
      return { before, after: connection.rooms.size }
    })
    join(): void {}

    @OnMessage('rooms')
    rooms(@Connection() { rooms }: WsConnection): string[] {
      return [...rooms]
    }
  }

  it('happen inside the middleware, directly after the handler', async () => {
    const client = await (await startApp({ controllers: [Room] })).connect()
    expect(await client.call('join', '/room')).toEqual({ before: 0, after: 1 })
  })

  it('do not happen when the handler does not run', async () => {
    const client = await (await startApp({ controllers: [Room] })).connect()
    expect(await client.call('join', '/room', 'stop')).toBe('stopped')
    expect(await client.call('rooms', '/room')).toEqual([])
  })
})
