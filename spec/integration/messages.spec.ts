import { describe, expect, it } from '@jest/globals'
import { IsString, Length } from 'class-validator'
import {
  Broadcast,
  Connection,
  Controller,
  Data,
  Join,
  Message,
  OnMessage,
  Param,
  WsConnection,
  WsError,
  type WsMessageInfo,
} from 'enfilade'
import { failureOf } from '../support/outcome.js'
import { openPlainSocket } from '../support/plain-socket.js'
import { startApp, type StartedApp } from '../support/start-app.js'
import type { WirePush } from '../support/wire-client.js'

class Say {
  @IsString()
  @Length(1, 20)
  text!: string
}

@Controller('/chat/:room')
class ChatController {
  @OnMessage('join')
  @Join()
  join(@Param('room') room: string): object {
    return { joined: room }
  }

  @OnMessage('say')
  @Broadcast('said')
  say(@Data() said: Say): object {
    return { text: said.text }
  }

  @OnMessage('later')
  async later(@Data(Object) data: unknown): Promise<unknown> {
    await Promise.resolve()
    return data
  }
}

class Cyclic {
  readonly self = this
}

@Controller('/values')
class ValuesController {
  @OnMessage('undefined')
  nothing(): undefined {
    return undefined
  }

  @OnMessage('null')
  null(): null {
    return null
  }

  @OnMessage('function')
  function(): unknown {
    return () => 'never sent'
  }

  @OnMessage('symbol')
  symbol(): unknown {
    return Symbol('never sent')
  }

  @OnMessage('zero')
  zero(): number {
    return 0
  }

  @OnMessage('bigint')
  bigint(): bigint {
    return 1n
  }

  @OnMessage('cycle')
  async cycle(): Promise<Cyclic> {
    await Promise.resolve()
    return new Cyclic()
  }

  @OnMessage('toJSON')
  toJSON(): object {
    return {
      toJSON() {
        throw new Error('the password is hunter2')
      },
    }
  }

  @OnMessage('throw')
  throw(): never {
    throw new Error('the password is hunter2')
  }

  @OnMessage('throw-string')
  throwString(): never {
    const text: unknown = 'the password is hunter2'
    throw text
  }

  @OnMessage('reject')
  async reject(): Promise<never> {
    await Promise.resolve()
    throw new TypeError('the password is hunter2')
  }

  @OnMessage('own-code')
  ownCode(): never {
    throw new WsError(4711, 'Out of coffee', { refill: 'tomorrow' })
  }

  @OnMessage('async-code')
  async asyncCode(): Promise<never> {
    await Promise.resolve()
    throw new WsError(409)
  }

  @OnMessage('bad-details')
  badDetails(): never {
    throw new WsError(418, 'Teapot', { amount: 1n })
  }

  @OnMessage('by-hand')
  byHand(@Connection() connection: WsConnection, @Message() { id }: WsMessageInfo): string {
    connection.send('pushed', '/values', { to: 'you alone' }, { a: 'b' })
    if (id !== undefined) connection.reply(`${id}-extra`, 'by hand')
    if (id !== undefined) connection.replyError(`${id}-error`, 499, 'by hand', [1])
    return 'returned'
  }
}

const controllers = [ChatController, ValuesController]

async function chatApp(): Promise<StartedApp> {
  return startApp({ controllers })
}

describe('a third-party client', () => {
  it('calls, and gets what the handler returns', async () => {
    const client = await (await chatApp()).connect()
    expect(await client.call('join', '/chat/general')).toEqual({ joined: 'general' })
    expect(await client.call('later', '/chat/general', [1, { a: null }])).toEqual([1, { a: null }])
  })

  it('listens to /chat/* and hears every room it is in, with path, params and data', async () => {
    const { connect } = await chatApp()
    const [ann, ben] = await Promise.all([connect(), connect()])
    const heard: WirePush[] = []
    ann.on('said', '/chat/*', (push) => heard.push(push))
    await ann.call('join', '/chat/one')
    await ann.call('join', '/chat/two')
    await ben.call('say', '/chat/one', { text: 'a' })
    await ben.call('say', '/chat/three', { text: 'not for Ann' })
    ben.send('say', '/chat/two', { text: 'b' })
    await ann.nextPush(({ path }) => path === '/chat/two')
    expect(heard).toEqual([
      { event: 'said', path: '/chat/one', params: { room: 'one' }, data: { text: 'a' } },
      { event: 'said', path: '/chat/two', params: { room: 'two' }, data: { text: 'b' } },
    ])
  })

  it('sends without an id and gets no reply, not even for an error', async () => {
    const client = await (await chatApp()).connect()
    client.send('join', '/chat/general')
    client.send('throw', '/values')
    client.send('nowhere', '/values')
    const pushes = await client.pushesUntil({ event: 'zero', path: '/values' })
    expect(pushes).toEqual([])
    expect(client.strays).toEqual([])
  })

  it('gets 400 with each field and rule, and the handler does not run', async () => {
    const { connect } = await chatApp()
    const [ann, ben] = await Promise.all([connect(), connect()])
    await ann.call('join', '/chat/general')
    const failure = await failureOf(ben.call('say', '/chat/general', { text: 7, admin: true }))
    expect(failure).toMatchObject({ code: 400, message: 'Invalid data' })
    const details = failure.details as { field: string; rule: string; message: string }[]
    expect(details.map(({ field, rule }) => `${field} ${rule}`).sort()).toEqual([
      'admin whitelistValidation',
      'text isLength',
      'text isString',
    ])
    expect(await ann.pushesUntil({ event: 'zero', path: '/values' })).toEqual([])
  })
})

describe('a plain ws socket', () => {
  it('gets one reply for every message with an id, of both kinds, and pushes beside them', async () => {
    const { url } = await chatApp()
    const { send, received } = await openPlainSocket(url)
    send({ event: 'join', path: '/chat/general', id: 'a string of mine' })
    send({ event: 'zero', path: '/values', id: 0 })
    send({ event: 'zero', path: '/values', id: -7 })
    expect(await received.next()).toEqual({ id: 'a string of mine', data: { joined: 'general' } })
    expect(await received.next()).toEqual({ id: 0, data: 0 })
    expect(await received.next()).toEqual({ id: -7, data: 0 })
    const other = await openPlainSocket(url)
    other.send({ event: 'say', path: '/chat/general', data: { text: 'hi' } })
    expect(await received.next()).toEqual({
      event: 'said',
      path: '/chat/general',
      params: { room: 'general' },
      data: { text: 'hi' },
    })
  })

  it('gets replies by hand beside the one of the return value', async () => {
    const { send, received } = await openPlainSocket((await chatApp()).url)
    send({ event: 'by-hand', path: '/values', id: 'x' })
    const push = { event: 'pushed', path: '/values', params: { a: 'b' } }
    expect(await received.next()).toEqual({ ...push, data: { to: 'you alone' } })
    expect(await received.next()).toEqual({ id: 'x-extra', data: 'by hand' })
    const error = { code: 499, message: 'by hand', details: [1] }
    expect(await received.next()).toEqual({ id: 'x-error', error })
    expect(await received.next()).toEqual({ id: 'x', data: 'returned' })
  })

  it.each([
    ['an empty string', ''],
    ['a string of 65 bytes', 'x'.repeat(65)],
    ['33 characters of two bytes', 'ä'.repeat(33)],
    ['a fraction', 1.5],
    ['an unsafe integer', 2 ** 53],
    ['null', null],
    ['an object', {}],
  ])('gets no reply when the id is %s, since it is no id', async (_name, id) => {
    const { send, received } = await openPlainSocket((await chatApp()).url)
    send({ event: 'zero', path: '/values', id })
    send({ event: 'zero', path: '/values', id: 'barrier' })
    expect(await received.next()).toEqual({ id: 'barrier', data: 0 })
  })

  it('may use ids of 64 bytes', async () => {
    const { send, received } = await openPlainSocket((await chatApp()).url)
    for (const id of ['x'.repeat(64), 'ä'.repeat(32), Number.MAX_SAFE_INTEGER]) {
      send({ event: 'zero', path: '/values', id })
      expect(await received.next()).toEqual({ id, data: 0 })
    }
  })

  it.each([
    ['no event', { path: '/values' }, 'event must be a string that is not empty'],
    ['an event that is no string', { event: 5, path: '/' }, 'event must be a string'],
    ['no path', { event: 'zero' }, 'path must be a string that starts with "/"'],
    ['a relative path', { event: 'zero', path: 'values' }, 'path must be a string that starts'],
    [
      'a pattern that decodes to nothing',
      { event: 'later', path: '/chat/%zz' },
      'percent-encoding',
    ],
  ])('gets 400 under its id for %s', async (_name, message, text) => {
    const { send, received } = await openPlainSocket((await chatApp()).url)
    send({ ...message, id: 1 })
    expect(await received.next()).toEqual({
      id: 1,
      error: { code: 400, message: expect.stringContaining(text) },
    })
  })
})

describe('a result', () => {
  it.each([
    ['undefined', null],
    ['null', null],
    ['function', null],
    ['symbol', null],
    ['zero', 0],
  ])('of %s is replied as %j', async (event, data) => {
    const { send, received } = await openPlainSocket((await chatApp()).url)
    send({ event, path: '/values', id: 1 })
    expect(await received.next()).toEqual({ id: 1, data })
  })

  it.each(['bigint', 'cycle', 'toJSON'])(
    'that cannot be encoded (%s) is a 500, logged, and one reply',
    async (event) => {
      const { connect, logger } = await chatApp()
      const client = await connect()
      expect(await failureOf(client.call(event, '/values'))).toEqual({
        code: 500,
        message: 'Internal Error',
      })
      const { fields } = await logger.next('error')
      expect(String(fields.err)).toBe('Error: the result cannot be encoded')
      expect((fields.err as Error).cause).toBeInstanceOf(Error)
      await client.call('zero', '/values')
      expect(client.strays).toEqual([])
    },
  )
})

describe('an error', () => {
  it.each(['throw', 'throw-string', 'reject'])(
    'that is no WsError (%s) is 500 without its text, which is logged with its cause',
    async (event) => {
      const { connect, logger } = await chatApp()
      const client = await connect()
      const reply = client.nextRaw()
      expect(await failureOf(client.call(event, '/values'))).toEqual({
        code: 500,
        message: 'Internal Error',
      })
      expect(await reply).not.toContain('hunter2')
      const { fields, message } = await logger.next('error')
      expect(message).toBe('a handler failed')
      expect(String(fields.err)).toContain('hunter2')
      expect(fields).toMatchObject({ event, path: '/values', code: 500 })
      expect(fields.handler).toMatch(/^ValuesController\./)
    },
  )

  it('passes code, message and details of a WsError through', async () => {
    const client = await (await chatApp()).connect()
    expect(await failureOf(client.call('own-code', '/values'))).toEqual({
      code: 4711,
      message: 'Out of coffee',
      details: { refill: 'tomorrow' },
    })
    const conflict = { code: 409, message: 'Conflict' }
    expect(await failureOf(client.call('async-code', '/values'))).toEqual(conflict)
  })

  it('whose details cannot be encoded is replied without them', async () => {
    const { connect, logger } = await chatApp()
    const client = await connect()
    const teapot = { code: 418, message: 'Teapot' }
    expect(await failureOf(client.call('bad-details', '/values'))).toEqual(teapot)
    expect((await logger.next('error')).message).toBe('the details of an error cannot be encoded')
  })

  it('of a message without id is logged, counted and told to listeners', async () => {
    const { app, connect, logger } = await chatApp()
    const events: unknown[] = []
    app.events.on('error', ({ code, handler, event, path }) =>
      events.push({ code, handler, event, path }),
    )
    const client = await connect()
    client.send('async-code', '/values')
    client.send('reject', '/values')
    expect((await logger.next('warn')).message).toBe('a message without id failed: Conflict')
    await logger.next('error')
    expect(app.counters.errors).toEqual({ 409: 1, 500: 1 })
    const path = '/values'
    expect(events).toEqual([
      { code: 409, handler: 'ValuesController.asyncCode', event: 'async-code', path },
      { code: 500, handler: 'ValuesController.reject', event: 'reject', path },
    ])
  })
})

describe('404', () => {
  it.each([
    ['the nearest event of the path', 'jion', '/chat/general', '; did you mean event "join"?'],
    ['the nearest path of the event', 'zero', '/value', '; did you mean path "/values"?'],
    ['nothing when nothing is near', 'qqqqqqqqqqqqqqqqq', '/x', ''],
  ])('names %s', async (_name, event, path, hint) => {
    const client = await (await chatApp()).connect()
    expect(await failureOf(client.call(event, path))).toEqual({
      code: 404,
      message: `No handler for event "${event}" on path "${path}"${hint}`,
    })
  })

  it.each(['/Chat/general', '/chat/general/', '/chat', '/chat//general', '/chat/a/b', '/'])(
    'answers %s, since paths match whole and as they are written',
    async (path) => {
      const client = await (await chatApp()).connect()
      expect(await failureOf(client.call('join', path))).toMatchObject({ code: 404 })
    },
  )

  it('says nothing about the app in production', async () => {
    const before = process.env.NODE_ENV
    process.env.NODE_ENV = 'production'
    const started = await chatApp().finally(() => (process.env.NODE_ENV = before))
    const client = await started.connect()
    expect(await failureOf(client.call('jion', '/chat/general'))).toEqual({
      code: 404,
      message: 'No handler for event "jion" on path "/chat/general"',
    })
  })

  it('cuts what it quotes of the client', async () => {
    const client = await (await chatApp()).connect()
    const { message } = await failureOf(client.call('e'.repeat(5000), `/${'p'.repeat(5000)}`))
    expect(message.length).toBeLessThan(400)
  })
})
