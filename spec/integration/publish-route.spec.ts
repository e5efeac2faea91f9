import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { once } from 'node:events'
import { describe, expect, it } from '@jest/globals'
import { MemoryPublishLedger, publishRoute, type PublishLedger } from 'enfilade'
import { startApp, type StartedApp } from '../support/start-app.js'
import { ChatController } from '../support/fixtures/chat-controller.js'
import type { WireClient } from '../support/wire-client.js'

const KEY = 'a key of some length'
const ROOM = '/chat/general'
const SAID = { room: ROOM, event: 'said', data: { text: 'hello' } }

interface Answer {
  status: number
  headers: Record<string, unknown>
  body: unknown
}

async function start(options: Partial<Parameters<typeof publishRoute>[1]> = {}) {
  const started = await startApp({ controllers: [ChatController] })
  publishRoute(started.app, { key: KEY, ...options })
  const member = await started.connect()
  await member.call('join', ROOM)
  return { started, member }
}

async function post(
  { port }: StartedApp,
  body: unknown,
  headers: Record<string, string> = {},
  method = 'POST',
): Promise<Answer> {
  const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
  const sent = httpRequest({
    ...{ host: '127.0.0.1', port, path: '/publish', method, agent: false },
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers },
  })
  // Who is refused early is answered before the body has gone.
  sent.on('error', () => undefined)
  sent.end(text)
  const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage]
  let answer = ''
  for await (const chunk of response.setEncoding('utf8')) answer += String(chunk)
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: answer === '' ? '' : JSON.parse(answer),
  }
}

/** What the member has been pushed, as of now. */
async function pushed(member: WireClient): Promise<unknown[]> {
  const pushes = await member.pushesUntil({ event: 'ping', path: ROOM })
  return pushes.map(({ event, path, params, data }) => ({ event, path, params, data }))
}

describe('publishRoute', () => {
  it('pushes to a room, with path and params when they are given', async () => {
    const { started, member } = await start()
    const first = await post(started, SAID)
    expect([first.status, first.body]).toEqual([200, { published: true, replayed: false }])
    await post(started, { ...SAID, path: '/other', params: { room: 'x' }, data: undefined })
    expect(await pushed(member)).toEqual([
      { event: 'said', path: ROOM, params: undefined, data: { text: 'hello' } },
      { event: 'said', path: '/other', params: { room: 'x' }, data: undefined },
    ])
  })

  it('pushes to everyone when it is told so', async () => {
    const { started } = await start()
    const stranger = await started.connect()
    const answer = await post(started, { everyone: true, event: 'news', path: '/news', data: 7 })
    expect(answer.status).toBe(200)
    expect(await stranger.nextPush()).toMatchObject({ event: 'news', path: '/news', data: 7 })
  })

  it('publishes once for each key of idempotency, in header or body', async () => {
    const { started, member } = await start()
    const answers = [
      await post(started, { ...SAID, idempotencyKey: 'payment 1' }),
      await post(started, SAID, { 'Idempotency-Key': 'payment 1' }),
      await post(started, { ...SAID, idempotencyKey: 'payment 2' }),
    ]
    expect(answers.map(({ body }) => body)).toEqual([
      { published: true, replayed: false },
      { published: true, replayed: true },
      { published: true, replayed: false },
    ])
    expect(await pushed(member)).toHaveLength(2)
  })

  it('answers 409 when a key is used for something else', async () => {
    const { started, member } = await start()
    await post(started, { ...SAID, idempotencyKey: 'payment 1' })
    const other = await post(started, { ...SAID, data: 'other', idempotencyKey: 'payment 1' })
    expect(other).toMatchObject({
      status: 409,
      body: { error: { code: 409, message: 'this key has been used for something else' } },
    })
    expect(await pushed(member)).toHaveLength(1)
  })

  it('gives a key back when what it was for could not be published', async () => {
    const calls: string[] = []
    const ledger: PublishLedger = {
      claim: (key) => {
        calls.push(`claim ${key}`)
        return undefined
      },
      release: async (key) => {
        calls.push(`release ${key}`)
      },
    }
    const { started } = await start({ ledger })
    started.app.rooms.broadcast = () => {
      throw new Error('no broadcast today')
    }
    const answer = await post(started, { ...SAID, idempotencyKey: 'k' }).catch(() => undefined)
    expect(answer?.status ?? 500).toBe(500)
    expect(calls).toEqual(['claim k', 'release k'])
  })

  it.each([
    ['no key', { authorization: '' }],
    ['another key', { authorization: 'Bearer another key of length' }],
    ['the key without its scheme', { authorization: KEY }],
    ['a longer key', { authorization: `Bearer ${KEY}.` }],
  ])('refuses %s with 401, before it reads the body', async (_what, headers) => {
    const { started, member } = await start()
    const answer = await post(started, SAID, headers)
    expect(answer).toMatchObject({ status: 401, body: { error: { code: 401 } } })
    expect(answer.headers['www-authenticate']).toBe('Bearer')
    expect(await pushed(member)).toEqual([])
  })

  it('takes one of several keys', async () => {
    const other = 'the next key of some length'
    const { started } = await start({ key: [KEY, other] })
    const answers = [
      await post(started, SAID),
      await post(started, SAID, { authorization: `Bearer ${other}` }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
  })

  it.each([
    ['no JSON', '{', 'the body is no JSON'],
    ['nothing', '', 'the body is no JSON'],
    ['no UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 'the body is no UTF-8'],
    ['a list', [], 'the body is no object'],
    ['no room', { event: 'a' }, 'say either "room" or "everyone": true'],
    ['room and everyone', { ...SAID, everyone: true }, 'say either "room" or "everyone": true'],
    ['a bad room', { ...SAID, room: '$a' }, 'A room name does not start with "$"'],
    ['no text for a room', { ...SAID, room: 7 }, 'A room needs a name'],
    ['no event', { room: ROOM }, '"event" must be a text of 1 to 255 bytes'],
    ['a reserved event', { ...SAID, event: '$left' }, 'events that start with "$" are reserved'],
    [
      'everyone without a path',
      { everyone: true, event: 'a' },
      '"path" must be a text of 1 to 255 bytes',
    ],
    ['params of numbers', { ...SAID, params: { a: 1 } }, '"params" must be an object of texts'],
    [
      'a long key',
      { ...SAID, idempotencyKey: 'x'.repeat(256) },
      '"idempotencyKey" must be a text of 1 to 255 bytes',
    ],
    [
      'a field that there is not',
      { ...SAID, rooms: 1 },
      '"rooms" is no field; there are room, everyone, event, path, data, params, idempotencyKey',
    ],
    [
      'a deep body',
      `{"room":"a","event":"b","data":${'['.repeat(70)}${']'.repeat(70)}}`,
      'the body is nested deeper than 64',
    ],
  ])('refuses %s with 400', async (_what, body, message) => {
    const { started, member } = await start()
    const answer = await post(started, body)
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 400, message } } })
    expect(await pushed(member)).toEqual([])
  })

  it('refuses another type of content, and another method', async () => {
    const { started } = await start()
    const text = await post(started, SAID, { 'content-type': 'text/plain' })
    expect(text.status).toBe(415)
    const put = await post(started, SAID, {}, 'PUT')
    expect([put.status, put.headers.allow]).toEqual([405, 'POST'])
  })

  it('refuses a body that is too large, whether it says so or not', async () => {
    const { started, member } = await start({ maxSize: 100 })
    const large = { ...SAID, data: 'x'.repeat(200) }
    expect((await post(started, large)).status).toBe(413)
    expect((await post(started, large, { 'transfer-encoding': 'chunked' })).status).toBe(413)
    expect((await post(started, { ...SAID, data: 'x' })).status).toBe(200)
    expect(await pushed(member)).toHaveLength(1)
  })

  it('survives those who hang up in the middle', async () => {
    const { started, member } = await start()
    for (const length of [10, 100_000]) {
      const socket = connect(started.port, '127.0.0.1')
      socket.write(
        `POST /publish HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${KEY}\r\n` +
          `Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n{"a"`,
      )
      await once(socket, 'connect')
      socket.resetAndDestroy()
    }
    expect((await post(started, SAID)).status).toBe(200)
    expect(await pushed(member)).toHaveLength(1)
  })

  it.each([
    ['a short key', { key: 'short' }, 'key has to be a text of 16 characters at least'],
    ['no key', { key: [] }, 'key has to be a text of 16 characters at least'],
    ['a size that is none', { key: KEY, maxSize: 0 }, 'maxSize has to be a whole number from 1'],
  ])('does not take %s', async (_what, options, message) => {
    const { app } = await startApp({ controllers: [] })
    expect(() => publishRoute(app, options)).toThrow(message)
  })
})

describe('MemoryPublishLedger', () => {
  it('remembers the last keys only', () => {
    const ledger = new MemoryPublishLedger(2)
    expect(['a', 'b', 'c'].map((key) => ledger.claim(key, `of ${key}`))).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect([ledger.claim('b', 'x'), ledger.claim('c', 'x')]).toEqual(['of b', 'of c'])
    expect(ledger.claim('a', 'x')).toBeUndefined()
    ledger.release('a')
    expect(ledger.claim('a', 'y')).toBeUndefined()
    expect(() => new MemoryPublishLedger(0)).toThrow('a whole number from 1')
  })
})
