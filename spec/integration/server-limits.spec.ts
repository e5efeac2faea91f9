import { describe, expect, it } from '@jest/globals'
import {
  Controller,
  Data,
  Join,
  OnConnect,
  OnMessage,
  type WsDropCause,
  type WsAppOptions,
} from 'enfilade'
import { defer } from '../support/deadline.js'
import { openRaw, upgradeAnswer } from '../support/open-raw.js'
import { opcodes } from '../support/raw-frames.js'
import { startApp, type StartedApp } from '../support/start-app.js'

let gate = defer<void>()
let order: unknown[] = []

@Controller()
class Limited {
  @OnMessage('echo', '/echo')
  echo(@Data() data: unknown): unknown {
    order.push(data)
    return data
  }

  @OnMessage('length', '/length')
  length(@Data() data: string): number {
    return data.length
  }

  @OnMessage('join', '/room/:room')
  @Join()
  join(): void {}

  @OnMessage('wait', '/wait')
  wait(): Promise<void> {
    return gate.promise
  }
}

@Controller()
class Gated {
  @OnConnect()
  connected(): Promise<void> {
    return gate.promise
  }
}

const start = async (options: Partial<WsAppOptions> = {}): Promise<StartedApp> => {
  gate = defer()
  order = []
  return startApp({ controllers: [Limited], ...options })
}

/** The next thing that the app drops. */
function nextDrop({ app }: StartedApp): Promise<WsDropCause> {
  const drop = defer<WsDropCause>()
  app.events.on('drop', ({ cause }) => drop.resolve(cause))
  return drop.promise
}

/** The code that the next connection to end closed with, as the server has it. */
function nextClose({ app }: StartedApp): Promise<number> {
  const closed = defer<number>()
  app.events.on('disconnect', ({ code }) => closed.resolve(code))
  return closed.promise
}

const message = (event: string, data: unknown, id?: unknown): string =>
  JSON.stringify({ event, path: `/${event}`, data, id })

describe('maxPayload', () => {
  /** A message of so many bytes. */
  const ofSize = (bytes: number): string => {
    const empty = message('length', '', 1)
    return message('length', 'x'.repeat(bytes - empty.length), 1)
  }

  it.each([
    [65_536, {}],
    [1000, { maxPayload: 1000 }],
  ])('lets %d bytes through and cuts at one more, which is counted', async (bytes, options) => {
    const started = await start(options)
    const [drop, code] = [nextDrop(started), nextClose(started)]
    const bystander = await started.connect()
    const socket = await openRaw(started.port)
    socket.sendText(ofSize(bytes))
    expect(JSON.parse(await socket.nextText())).toMatchObject({ id: 1, data: expect.any(Number) })
    socket.sendText(ofSize(bytes + 1))
    expect(await drop).toBe('payload')
    expect(await code).toBe(1009)
    expect([1006, 1009]).toContain((await socket.closed).code)
    expect(started.app.counters.drops).toEqual({ payload: 1 })
    expect(started.logger.warnings()).toMatchObject([
      {
        fields: { code: 1009 },
        message: `closed a connection: a message was larger than maxPayload, ${bytes} bytes`,
      },
    ])
    expect(await bystander.call('echo', '/echo', 1)).toBe(1)
  })

  it('is the sum of the fragments', async () => {
    const started = await start({ maxPayload: 1000 })
    const drop = nextDrop(started)
    const socket = await openRaw(started.port)
    socket.sendFrame({ payload: 'x'.repeat(600), fin: false })
    socket.sendFrame({ opcode: opcodes.continuation, payload: 'x'.repeat(600) })
    expect(await drop).toBe('payload')
    await socket.closed
  })

  it('cuts when a length is announced, before the bytes come', async () => {
    const started = await start()
    const drop = nextDrop(started)
    const socket = await openRaw(started.port)
    socket.sendFrame({ payload: 'x', lengthOverride: 2 ** 40, lengthBytes: 8 })
    expect(await drop).toBe('payload')
    await socket.closed
  })
})

describe('maxDepth', () => {
  /** Nested so deep that the message, data included, has `depth` levels. */
  const nested = (depth: number): unknown => (depth === 1 ? 1 : [nested(depth - 1)])

  it.each([
    [32, {}],
    [3, { maxDepth: 3 }],
    [1, { maxDepth: 1 }],
  ])('lets %d levels through and answers one more by 400', async (depth, options) => {
    const { connect } = await start(options)
    const client = await connect()
    expect(await client.call('echo', '/echo', nested(depth))).toEqual(nested(depth))
    await expect(client.call('echo', '/echo', nested(depth + 1))).rejects.toMatchObject({
      code: 400,
      message: `Nested deeper than ${depth} levels`,
    })
  })

  it('holds for what is nested as deep as a payload allows', async () => {
    const { connect } = await start()
    const client = await connect()
    const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`
    client.sendRaw(`{"event":"echo","path":"/echo","id":"deep","data":${deep}}`)
    expect(JSON.parse(await client.nextRaw())).toMatchObject({ id: 'deep', error: { code: 400 } })
  })
})

describe('frames before the connect handlers have finished', () => {
  it('are kept and run in order, 64 of them', async () => {
    const started = await start({ controllers: [Limited, Gated] })
    const socket = await openRaw(started.port)
    const numbers = Array.from({ length: 64 }, (_, index) => index)
    for (const number of numbers) socket.sendText(message('echo', number, number))
    socket.sendFrame({ opcode: opcodes.ping })
    await socket.nextFrame({ match: ({ opcode }) => opcode === opcodes.pong })
    expect(order).toEqual([])
    gate.resolve()
    for (const id of numbers) expect(JSON.parse(await socket.nextText())).toEqual({ id, data: id })
    expect(order).toEqual(numbers)
  })

  it.each<[what: string, count: number, bytes: number]>([
    ['65 frames', 65, 1],
    ['more than 256 KiB', 5, 60_000],
  ])('that are too many (%s) close with 4400', async (_what, count, bytes) => {
    const started = await start({ controllers: [Limited, Gated] })
    const drop = nextDrop(started)
    const socket = await openRaw(started.port)
    for (let sent = 0; sent < count; sent++) socket.sendText(message('echo', 'x'.repeat(bytes)))
    expect(await socket.closed).toEqual({
      code: 4400,
      reason: 'Too many messages before the connection was ready',
      clean: true,
    })
    expect(await drop).toBe('malformed')
    gate.resolve()
    await new Promise(setImmediate)
    expect(order).toEqual([])
  })
})

describe('malformed messages', () => {
  it('are answered, ten of them; the next closes with 4400', async () => {
    const started = await start()
    const socket = await openRaw(started.port, {
      headers: { 'Sec-WebSocket-Protocol': 'enfilade.v1' },
    })
    expect(JSON.parse(await socket.nextText())).toMatchObject({ event: '$welcome' })
    for (let count = 0; count < 11; count++) socket.sendText('{')
    for (let count = 0; count < 11; count++) {
      const push: unknown = JSON.parse(await socket.nextText())
      expect(push).toMatchObject({ event: '$error', data: { code: 400 } })
    }
    expect(await socket.closed).toMatchObject({ code: 4400, reason: 'Too many malformed messages' })
    expect(started.logger.warnings().at(-1)).toMatchObject({
      fields: { connection: expect.any(String), code: 4400 },
      message: 'closed a connection: Too many malformed messages',
    })
    expect(started.app.counters).toMatchObject({ drops: { malformed: 11 }, errors: { 400: 11 } })
  })
})

describe('idleTimeout', () => {
  it('sends pings, closes who does not answer, and keeps who does', async () => {
    const started = await start({ idleTimeout: 8 })
    const closed = nextClose(started)
    const silent = await openRaw(started.port, { autoPong: false })
    const answering = await openRaw(started.port)
    const isPing = {
      match: ({ opcode }: { opcode: number }) => opcode === opcodes.ping,
      ms: 15_000,
    }
    await Promise.all([silent.nextFrame(isPing), answering.nextFrame(isPing)])
    await silent.closed
    expect(await closed).toBe(1006)
    answering.sendText(message('echo', 'still here', 1))
    expect(JSON.parse(await answering.nextText())).toEqual({ id: 1, data: 'still here' })
    expect(started.app.counters.connections).toBe(1)
  }, 20_000)
})

describe('maxLifetime', () => {
  it('closes with 1001, whatever the client does', async () => {
    const { connect } = await start({ maxLifetime: 1 })
    const client = await connect()
    await client.call('echo', '/echo', 1)
    expect(await client.closed).toEqual({ code: 1001, reason: 'Maximum lifetime reached' })
  })
})

describe('rateLimit', () => {
  const rateLimit = { perSecond: 0.001, burst: 5 }

  it('answers what is over the burst by 429, as a reply or as $error', async () => {
    const { connectV1, app } = await start({ rateLimit })
    const client = await connectV1()
    for (let count = 0; count < 5; count++) await client.call('echo', '/echo', count)
    await expect(client.call('echo', '/echo', 5)).rejects.toMatchObject({ code: 429 })
    client.send('echo', '/echo', 6)
    expect(await client.nextPush('$error')).toMatchObject({
      data: { code: 429, event: 'echo', path: '/echo' },
    })
    expect(order).toEqual([0, 1, 2, 3, 4])
    expect(app.counters).toMatchObject({ drops: { rateLimit: 2 }, errors: { 429: 2 } })
  })

  it('closes with 1013 who goes on, and nobody else', async () => {
    const started = await start({ rateLimit })
    const bystander = await started.connect()
    const socket = await openRaw(started.port)
    for (let count = 0; count < 20; count++) socket.sendText(message('echo', count, count))
    expect(await socket.closed).toEqual({ code: 1013, reason: 'Rate limit', clean: true })
    const texts = socket.frames.filter(({ opcode }) => opcode === opcodes.text)
    const replies = texts.map(({ payload }) => JSON.parse(payload.toString()) as { error?: object })
    expect(replies.filter(({ error }) => !error)).toHaveLength(5)
    expect(replies.filter(({ error }) => error)).toHaveLength(5)
    expect(order).toEqual([0, 1, 2, 3, 4])
    expect(await bystander.call('echo', '/echo', 'x')).toBe('x')
  })

  it('counts pings', async () => {
    const { port } = await start({ rateLimit })
    const socket = await openRaw(port)
    for (let count = 0; count < 11; count++) socket.sendFrame({ opcode: opcodes.ping })
    expect(await socket.closed).toMatchObject({ code: 1013 })
  })

  it('is 100 a second and 200 at once by default', async () => {
    const { port, app } = await start()
    const socket = await openRaw(port)
    // Within the second of the burst no more than a hundred are gained.
    for (let count = 0; count < 320; count++) socket.sendText(message('echo', 1, count))
    const statuses: boolean[] = []
    while (statuses.length < 320) statuses.push((await socket.nextText()).includes('error'))
    expect(statuses.indexOf(true)).toBeGreaterThanOrEqual(200)
    expect(app.counters.drops.rateLimit).toBeGreaterThan(0)
  })

  it('false is none', async () => {
    const { port, app } = await start({ rateLimit: false })
    const socket = await openRaw(port)
    for (let count = 0; count < 1000; count++) socket.sendText(message('echo', 1))
    socket.sendText(message('echo', 'last', 1))
    expect(await socket.nextText()).toBe('{"id":1,"data":"last"}')
    expect(app.counters).toMatchObject({ drops: {}, messages: 1001 })
  })
})

describe('maxConnectionsPerIp', () => {
  it.each([
    [256, {}],
    [2, { maxConnectionsPerIp: 2 }],
  ])('%d: answers the next by 429, until one has gone', async (limit, options) => {
    const started = await start(options)
    const sockets = await Promise.all(Array.from({ length: limit }, () => openRaw(started.port)))
    expect(await upgradeAnswer(started.port)).toEqual({
      status: 429,
      body: 'Too many connections from this address\n',
    })
    expect(started.app.counters.refused).toEqual({ 429: 1 })
    const gone = nextClose(started)
    sockets[0]?.reset()
    await gone
    expect(await upgradeAnswer(started.port)).toMatchObject({ status: 101 })
    expect(await upgradeAnswer(started.port)).toMatchObject({ status: 429 })
  })

  it('counts the addresses that trustProxy says', async () => {
    const { port } = await start({ maxConnectionsPerIp: 1, trustProxy: true })
    const from = (address: string) =>
      upgradeAnswer(port, { headers: { 'X-Forwarded-For': address } }).then(({ status }) => status)
    expect(await from('203.0.113.1')).toBe(101)
    expect(await from('203.0.113.2')).toBe(101)
    expect(await from('203.0.113.1')).toBe(429)
  })

  it('does not count what was refused', async () => {
    const { port, connect } = await start({ maxConnectionsPerIp: 1 })
    for (let count = 0; count < 5; count++) {
      await upgradeAnswer(port, { headers: { Origin: 'http://evil.example' } })
      await upgradeAnswer(port, { headers: { 'Sec-WebSocket-Version': '8' } })
    }
    expect((await connect()).isOpen).toBe(true)
  })
})

describe('maxRoomsPerConnection', () => {
  it.each([
    [128, {}],
    [2, { maxRoomsPerConnection: 2 }],
  ])('%d: answers a join of one more by 400', async (limit, options) => {
    const { connect, app } = await start({ rateLimit: false, ...options })
    const client = await connect()
    for (let room = 0; room < limit; room++) await client.call('join', `/room/${room}`)
    await client.call('join', '/room/0')
    await expect(client.call('join', '/room/more')).rejects.toMatchObject({
      code: 400,
      message: `A connection may be in ${limit} rooms at most`,
    })
    expect(app.rooms.has('/room/more')).toBe(false)
  })

  it.each([
    ['a'.repeat(249), null],
    ['a'.repeat(250), 400],
    ['%C3%A9'.repeat(42), 400],
  ])('does not let a name be longer than 255 bytes', async (room, code) => {
    const { connect } = await start()
    const client = await connect()
    const joined = client.call('join', `/room/${room}`)
    if (code === null) expect(await joined).toBeNull()
    else await expect(joined).rejects.toMatchObject({ code })
  })
})

describe('maxInFlight', () => {
  it.each([
    [64, {}],
    [2, { maxInFlight: 2 }],
  ])('%d: answers one more by 429, until one has finished', async (limit, options) => {
    const { connect, app } = await start(options)
    const client = await connect()
    const waiting = Array.from({ length: limit }, () => client.call('wait', '/wait'))
    await expect(client.call('wait', '/wait')).rejects.toMatchObject({
      code: 429,
      message: 'Too many messages in flight',
    })
    expect(app.counters.inFlight).toBe(limit)
    gate.resolve()
    await Promise.all(waiting)
    expect(await client.call('wait', '/wait')).toBeNull()
    expect(app.counters.inFlight).toBe(0)
  })
})

describe('the id of a message', () => {
  it.each([
    ['a'],
    ['x'.repeat(64)],
    ['é'.repeat(32)],
    [0],
    [-1],
    [Number.MAX_SAFE_INTEGER],
    [Number.MIN_SAFE_INTEGER],
  ])('may be %j', async (id) => {
    const { connect } = await start()
    const client = await connect()
    client.sendRaw(message('echo', 1, id))
    expect(JSON.parse(await client.nextRaw())).toEqual({ id, data: 1 })
  })

  it.each([
    ['""'],
    [`"${'x'.repeat(65)}"`],
    [`"${'é'.repeat(33)}"`],
    ['1.5'],
    ['9007199254740992'],
    ['1e400'],
    ['null'],
    ['true'],
    ['[1]'],
    ['{}'],
  ])('may not be %s: 400, and the handler does not run', async (id) => {
    const { connectV1 } = await start()
    const client = await connectV1()
    client.sendRaw(`{"event":"echo","path":"/echo","data":1,"id":${id}}`)
    expect(await client.nextPush('$error')).toMatchObject({
      data: { code: 400, message: 'id must be a string of 1 to 64 bytes or a safe integer' },
    })
    expect(order).toEqual([])
  })
})
