import { describe, expect, it } from '@jest/globals'
import { Connection, Controller, OnConnect, OnMessage, WsConnection, WsError } from 'enfilade'
import { defer } from '../support/deadline.js'
import { failureOf } from '../support/outcome.js'
import { startApp } from '../support/start-app.js'

let gate = defer<void>()

@Controller('/app')
class App {
  @OnConnect()
  connect(@Connection() connection: WsConnection): void {
    connection.send('hello', '/app', connection.id)
  }

  @OnMessage('ping')
  ping(): string {
    return 'pong'
  }

  @OnMessage('fail')
  fail(): never {
    throw new WsError(409, 'Taken', { never: 'in a push' })
  }

  @OnMessage('break')
  async break(): Promise<never> {
    await Promise.resolve()
    throw new Error('secret')
  }

  @OnMessage('wait')
  async wait(): Promise<string> {
    await gate.promise
    return 'done'
  }
}

const options = { controllers: [App] }

describe('a client that offers enfilade.v1', () => {
  it('gets $welcome first, with its connection and the limits it should know', async () => {
    const { connectV1 } = await startApp({ ...options, maxPayload: 5000, idleTimeout: 30 })
    const client = await connectV1()
    expect(client.protocol).toBe('enfilade.v1')
    const hello = await client.nextPush('hello')
    expect(client.pushes[0]).toEqual({
      event: '$welcome',
      path: '/',
      data: {
        connection: hello.data,
        session: expect.any(String),
        resumed: false,
        maxPayload: 5000,
        idleTimeout: 30,
      },
    })
  })

  it.each([
    ['among others', ['graphql-ws', 'enfilade.v1', 'mqtt'], 'enfilade.v1'],
    ['alone', 'enfilade.v1', 'enfilade.v1'],
  ])('gets it when offered %s', async (_name, protocols, expected) => {
    const client = await (await startApp(options)).connect({ protocols })
    expect(client.protocol).toBe(expected)
    expect((await client.nextPush()).event).toBe('$welcome')
  })

  it('gets null for $ping, and nothing for one without id', async () => {
    const client = await (await startApp(options)).connectV1()
    client.send('$ping', '/')
    expect(await client.call('$ping', '/')).toBe(null)
    expect(client.pushes.map(({ event }) => event)).toEqual(['$welcome', 'hello'])
    expect(client.strays).toEqual([])
  })

  it.each([
    ['fail', '/app', 409, 'Taken'],
    ['break', '/app', 500, 'Internal Error'],
    ['ping', '/nowhere', 404, 'No handler for event "ping" on path "/nowhere"'],
    ['$joined', '/app', 400, 'Event "$joined" is reserved'],
  ])('gets $error for a message %s on %s that had no id', async (event, path, code, message) => {
    const client = await (await startApp(options)).connectV1()
    client.send(event, path)
    expect(await client.nextPush('$error')).toEqual({
      event: '$error',
      path,
      data: { code, message: expect.stringContaining(message), event, path },
    })
    expect(await client.call('ping', '/app')).toBe('pong')
  })

  it('gets a reply and no $error for a message that had an id', async () => {
    const client = await (await startApp(options)).connectV1()
    await failureOf(client.call('fail', '/app'))
    const pushes = await client.pushesUntil({ event: 'ping', path: '/app' })
    expect(pushes.map(({ event }) => event)).toEqual(['$welcome', 'hello'])
  })

  it.each([
    ['text that is no JSON', 'hello', 'The message cannot be decoded'],
    ['an empty frame', '', 'The message cannot be decoded'],
    ['a binary frame', new Uint8Array([123, 125]), 'The message cannot be decoded'],
    ['a list', '[]', 'A message is an object with event and path'],
    ['null', 'null', 'A message is an object with event and path'],
    ['an id that is none', '{"event":"ping","path":"/app","id":{}}', 'id must be a string'],
    ['no event', '{"path":"/app"}', 'event must be a string'],
  ])('gets $error 400 for %s', async (_name, frame, message) => {
    const { app, connectV1 } = await startApp(options)
    const client = await connectV1()
    client.sendRaw(frame)
    expect(await client.nextPush('$error')).toMatchObject({
      data: { code: 400, message: expect.stringContaining(message) },
    })
    expect(app.counters).toMatchObject({ errors: { 400: 1 }, drops: { malformed: 1 } })
    expect(await client.call('ping', '/app')).toBe('pong')
  })

  it('gets $closing before a drain closes it, and its reply before that', async () => {
    gate = defer()
    const { app, connectV1 } = await startApp(options)
    const client = await connectV1()
    const waiting = client.call('wait', '/app')
    await client.call('ping', '/app')
    const closed = app.close({ drain: 60 })
    const push = await client.nextPush('$closing')
    expect(push).toEqual({
      event: '$closing',
      path: '/',
      data: { code: 1012, retryAfter: expect.any(Number) },
    })
    const failure = { code: 503, message: 'The server shuts down' }
    expect(await failureOf(client.call('ping', '/app'))).toEqual(failure)
    expect(await client.call('$ping', '/')).toBe(null)
    gate.resolve()
    expect(await waiting).toBe('done')
    expect(await client.closed).toEqual({ code: 1012, reason: 'The server restarts' })
    await closed
  })
})

describe('a client that does not', () => {
  it('gets no $ event, whatever happens', async () => {
    gate = defer()
    const { app, connect, connectV1 } = await startApp(options)
    const client = await connect()
    expect(client.protocol).toBe('')
    client.send('fail', '/app')
    client.sendRaw('no JSON')
    const waiting = client.call('wait', '/app')
    await client.call('ping', '/app')
    const newer = await connectV1()
    const closed = app.close({ drain: 60 })
    await newer.nextPush('$closing')
    gate.resolve()
    await Promise.all([waiting, closed, client.closed])
    expect(client.pushes.map(({ event }) => event)).toEqual(['hello'])
  })

  it('may ping too, and gets 400 for other $ events', async () => {
    const client = await (await startApp(options)).connect()
    expect(await client.call('$ping', '/')).toBe(null)
    for (const event of ['$', '$welcome', '$closing', '$pingx', '$PING']) {
      const failure = { code: 400, message: `Event "${event}" is reserved` }
      expect(await failureOf(client.call(event, '/app'))).toEqual(failure)
    }
  })
})

it('eleven unreadable messages close any connection with 4400', async () => {
  const { connect, connectV1 } = await startApp(options)
  for (const client of [await connect(), await connectV1()]) {
    for (let count = 0; count < 10; count++) client.sendRaw('no JSON')
    expect(await client.call('ping', '/app')).toBe('pong')
    client.sendRaw('no JSON')
    const reason = 'Too many malformed messages'
    expect(await client.closed).toEqual({ code: 4400, reason })
  }
})
