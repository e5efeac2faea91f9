import { describe, expect, it } from '@jest/globals'
import {
  gate,
  Gated,
  Limited,
  message,
  nextClose,
  nextDrop,
  order,
  start,
} from '../support/limited-app.js'
import { openRaw } from '../support/open-raw.js'
import { opcodes } from '../support/raw-frames.js'

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
