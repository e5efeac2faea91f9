import { describe, expect, it } from '@jest/globals'
import { IsString, Length } from 'class-validator'
import {
  Broadcast,
  Connection,
  Controller,
  Data,
  defineChannel,
  Join,
  Leave,
  OnMessage,
  Param,
  WsError,
  type WsConnection,
} from 'enfilade'
import { WsClientError } from 'enfilade/client'
import { WebSocket } from 'ws'
import { Inbox } from '../support/inbox.js'
import { openClient, reasonOf } from '../support/open-client.js'
import { startApp } from '../support/start-app.js'

class Say {
  @IsString() @Length(1, 20) text!: string
}

const chat = defineChannel('/chat/:room')<{
  calls: {
    join(): { welcome: string }
    leave(): { left: true }
    say(data: { text: string }): { at: number }
    fail(): null
    drop(code: number): null
  }
  pushes: { said: { at: number } }
}>()

@Controller(chat)
class Chat {
  @OnMessage(chat, 'join')
  @Join()
  join(@Param('room') room: string): { welcome: string } {
    if (room === 'secret') throw new WsError(403, 'Not for you')
    return { welcome: room }
  }

  @OnMessage(chat, 'leave')
  @Leave()
  leave(): { left: true } {
    return { left: true }
  }

  @OnMessage(chat, 'say')
  @Broadcast('said', { excludeSelf: false })
  say(@Data() said: Say): { at: number } {
    return { at: said.text.length }
  }

  @OnMessage(chat, 'fail')
  fail(): null {
    throw new Error('a secret')
  }

  @OnMessage(chat, 'drop')
  drop(@Data(Number) code: number, @Connection() connection: WsConnection): null {
    connection.close(code, 'on request')
    return null
  }
}

const options = { controllers: [Chat] }

describe('against an Enfilade app, the client', () => {
  it('calls, enters a room, hears it and leaves it', async () => {
    const { url } = await startApp(options)
    const ann = openClient(url).client.room(chat, { room: 'general' })
    const ben = openClient(url).client.room(chat, { room: 'general' })
    const heard = new Inbox<unknown>('a push')
    ben.on('said', (data, { params }) => heard.push([data, params]))
    expect(await ben.join()).toEqual({ welcome: 'general' })
    expect(await ann.call('say', { text: 'hello' })).toEqual({ at: 5 })
    expect(await heard.next()).toEqual([{ at: 5 }, { room: 'general' }])

    expect(await ben.leave()).toEqual({ left: true })
    await ann.call('say', { text: 'anybody?' })
    await ben.call('say', { text: 'not here' })
    expect(heard.waiting).toEqual([])
  })

  it.each([
    ['400 with the fields', 'say', { text: '' }, 400, [{ field: 'text', rule: 'isLength' }]],
    ['404 with a hint', 'sai', undefined, 404, undefined],
    ['500 without the secret', 'fail', undefined, 500, undefined],
  ])('gets %s', async (_name, event, data, code, details) => {
    const { url } = await startApp(options)
    const { client } = openClient(url)
    const error = await reasonOf(client.call(event, '/chat/a', data))
    expect(error).toBeInstanceOf(WsClientError)
    expect(error.code).toBe(code)
    expect(error.message).not.toContain('secret')
    if (details) expect(error.details).toMatchObject(details)
  })

  it('hears $error of what it sent without an id', async () => {
    const { url } = await startApp(options)
    const { client } = openClient(url)
    const errors = new Inbox<unknown>('an $error')
    client.on('$error', '/chat/*', (data) => errors.push(data))
    client.send('say', '/chat/a', { text: 1 })
    expect(await errors.next()).toMatchObject({ code: 400, event: 'say', path: '/chat/a' })
  })

  it('cannot enter what is refused', async () => {
    const { url } = await startApp(options)
    const room = openClient(url).client.room(chat, { room: 'secret' })
    expect(await reasonOf(room.join())).toMatchObject({ code: 403, message: 'Not for you' })
    expect(room.status).toBe('left')
  })

  it('comes back after a loss, into its rooms, with what waited', async () => {
    const { url, app } = await startApp(options)
    const { client, become } = openClient(url)
    const room = client.room(chat, { room: 'general' })
    const gaps = new Inbox<unknown>('a gap')
    const heard = new Inbox<unknown>('a push')
    room.onGap((gap) => gaps.push(gap))
    room.on('said', (data) => heard.push(data))
    await room.join()
    expect(await reasonOf(room.call('drop', 1013))).toMatchObject({
      code: 503,
      details: { code: 1013, reason: 'on request' },
    })
    expect(await become('reconnecting')).toEqual({ code: 1013, reason: 'on request' })
    const waited = room.call('say', { text: 'back' })
    expect(await gaps.next()).toEqual({ reply: { welcome: 'general' } })
    expect(await waited).toEqual({ at: 4 })
    expect(await heard.next()).toEqual({ at: 4 })
    expect(app.rooms.connections('/chat/general').size).toBe(1)
  })

  it('comes back to another server after a drain, where nothing is known of its session', async () => {
    const first = await startApp(options)
    const second = await startApp(options)
    let url = first.url
    const { client, become } = openClient(() => url)
    const room = client.room(chat, { room: 'general' })
    const gaps = new Inbox<unknown>('a gap')
    room.onGap((gap) => gaps.push(gap))
    await room.join()
    url = second.url
    await first.app.close({ drain: 1 })
    expect(await become('reconnecting')).toMatchObject({ code: 1012 })
    expect(await gaps.next()).toEqual({ reply: { welcome: 'general' } })
    expect(second.app.rooms.connections('/chat/general').size).toBe(1)
  })

  it.each([
    [401, 4401],
    [403, 4403],
  ])('gives up when authorize throws %i', async (code, close) => {
    const authorize = (): never => {
      throw new WsError(code, 'No')
    }
    const { url } = await startApp({ ...options, authorize })
    const { client, become } = openClient(url)
    const failed = reasonOf(client.call('say', '/chat/a', { text: 'hi' }))
    expect(await become('closed')).toEqual({ code: close, reason: 'No' })
    expect(await failed).toMatchObject({ code: 503 })
  })

  it('refuses by itself what the server would cut the connection for', async () => {
    const { url } = await startApp({ ...options, maxPayload: 1000 })
    const { client } = openClient(url)
    await client.call('say', '/chat/a', { text: 'hi' })
    const big = { text: 'x'.repeat(1000) }
    expect(await reasonOf(client.call('say', '/chat/a', big))).toMatchObject({ code: 413 })
    expect(client.status).toBe('open')
  })

  it('proves by $ping that the connection lives', async () => {
    const { url, app } = await startApp(options)
    const { client, statuses } = openClient(url, { pingInterval: 1, pingTimeout: 5000 })
    await client.call('say', '/chat/a', { text: 'hi' })
    const before = app.counters.messages
    while (app.counters.messages < before + 3) await new Promise(setImmediate)
    expect(statuses.all.map(({ status }) => status)).toEqual(['open'])
  })
})

it('an address of http is one of ws', async () => {
  const { url } = await startApp(options)
  const { client } = openClient(url.replace('ws:', 'http:'))
  expect(await client.room(chat, { room: 'a' }).call('say', { text: 'hi' })).toEqual({ at: 2 })
})

describe('createWsClient', () => {
  it.each(['', 'chat', 'ftp://a', 'ws://'])('refuses the address %j', (url) => {
    expect(() => openClient(url)).toThrow(TypeError)
  })

  it.each([
    [{ retries: 3 }, 'there is no option retries'],
    [{ rpcTimeout: '1s' }, 'rpcTimeout must be a number'],
    [{ maxQueue: -1 }, 'maxQueue must not be below 0'],
    [{ pingInterval: NaN }, 'pingInterval must not be below 0'],
    [{ token: 'abc' }, 'token must be a function'],
    [{ WebSocket: 'ws' }, 'WebSocket must be a function'],
  ])('refuses %j', (wrong, text) => {
    expect(() => openClient('ws://127.0.0.1:1', wrong as object)).toThrow(`createWsClient: ${text}`)
  })

  it('says what to do where there is no WebSocket', () => {
    const globals = globalThis as { WebSocket?: unknown }
    const own = Object.getOwnPropertyDescriptor(globals, 'WebSocket')
    delete globals.WebSocket
    try {
      expect(() => openClient('ws://127.0.0.1:1', { WebSocket: undefined as never })).toThrow(
        /install the package ws and pass it/,
      )
    } finally {
      if (own) Object.defineProperty(globals, 'WebSocket', own)
    }
  })

  it('uses the global WebSocket where there is one', async () => {
    const { url } = await startApp(options)
    const globals = globalThis as { WebSocket?: unknown }
    const own = Object.getOwnPropertyDescriptor(globals, 'WebSocket')
    globals.WebSocket = WebSocket
    try {
      const { become } = openClient(url, { WebSocket: undefined as never })
      await become('open')
    } finally {
      delete globals.WebSocket
      if (own) Object.defineProperty(globals, 'WebSocket', own)
    }
  })
})
