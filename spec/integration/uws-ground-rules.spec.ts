import { describe, expect, it } from '@jest/globals'
import { IsInt, IsString, ValidateNested } from 'class-validator'
import { Type } from 'class-transformer'
import {
  Connection,
  Controller,
  createWsApp,
  Data,
  Join,
  Message,
  OnConnect,
  OnDisconnect,
  OnMessage,
  WsConnection,
  type WsCodec,
  type WsListenError,
  type WsMessageInfo,
} from 'enfilade'
import { defer } from '../support/deadline.js'
import { connectRaw, openRaw } from '../support/open-raw.js'
import { encodeFrame, opcodes } from '../support/raw-frames.js'
import { upgradeRequest } from '../support/raw-upgrade.js'
import { startApp } from '../support/start-app.js'

/**
 * What uWebSockets.js and the validation libraries do when pushed, guarded; what would end the whole
 * process is in `uws-ground`.
 */
describe('a closed socket', () => {
  let closed = defer<WsConnection>()
  let calls: unknown[] = []

  const touch = (connection: WsConnection): unknown[] => [
    connection.isOpen,
    connection.send('push', '/'),
    connection.reply(1, {}),
    connection.replyError(1, 500, 'no'),
    connection.bufferedAmount,
    connection.close(),
    connection.close(4000, 'again'),
  ]
  const safe = [false, false, false, false, 0, undefined, undefined]

  @Controller()
  class Touching {
    @OnMessage('join', '/room')
    @Join()
    join(): void {}

    @OnMessage('end', '/')
    end(@Connection() connection: WsConnection): unknown {
      connection.close(4000, 'enough')
      calls.push(touch(connection))
      return 'a reply that nobody can get'
    }

    @OnMessage('later', '/')
    async later(@Connection() connection: WsConnection): Promise<unknown> {
      await new Promise(setImmediate)
      connection.close(4000)
      await new Promise(setImmediate)
      calls.push(touch(connection))
      return 'a reply that nobody can get'
    }

    @OnDisconnect()
    async left(@Connection() connection: WsConnection): Promise<void> {
      calls.push(touch(connection))
      await new Promise(setImmediate)
      calls.push(touch(connection))
      closed.resolve(connection)
    }
  }

  it.each(['end', 'later'])('may be touched by anybody: %s', async (event) => {
    closed = defer()
    calls = []
    const { app, connect, logger } = await startApp({ controllers: [Touching] })
    const client = await connect()
    await client.call('join', '/room')
    client.send(event, '/')
    expect(await client.closed).toMatchObject({ code: 4000 })
    const connection = await closed.promise
    await new Promise(setImmediate)
    expect(calls).toHaveLength(3)
    for (const answers of calls) expect(answers).toEqual(safe)
    expect(app.rooms.join(connection, '/late')).toBe(false)
    expect(app.rooms.leave(connection, '/late')).toBe(false)
    app.rooms.broadcast('/room', 'x', '/room', 1, undefined, connection)
    app.server.broadcast('x', '/')
    expect(app.server.getConnection(connection.id)).toBeUndefined()
    expect(logger.errors()).toEqual([])
  })
})

describe('a client that goes while its asynchronous handler works', () => {
  it('harms nobody', async () => {
    const started = defer<void>()
    const goOn = defer<void>()
    const finished = defer<void>()
    @Controller()
    class Slow {
      @OnMessage('work', '/')
      async work(): Promise<string> {
        started.resolve()
        await goOn.promise
        setImmediate(() => finished.resolve())
        return 'done'
      }
    }
    const { app, port, connect, logger } = await startApp({ controllers: [Slow] })
    const gone = defer<void>()
    app.events.on('disconnect', () => gone.resolve())
    const socket = await openRaw(port)
    socket.sendText('{"event":"work","path":"/","id":1}')
    await started.promise
    socket.reset()
    await gone.promise
    goOn.resolve()
    await finished.promise
    expect(app.counters).toMatchObject({ inFlight: 0, errors: {} })
    expect(logger.errors()).toEqual([])
    expect(await (await connect()).call('work', '/')).toBe('done')
  })
})

describe('a burst whose first message closes the socket', () => {
  let handled = 0
  let ready = defer<void>()

  @Controller()
  class Closing {
    @OnMessage('close', '/')
    close(@Connection() connection: WsConnection): void {
      handled++
      connection.close(4001)
    }
  }

  @Controller()
  class Waiting extends Closing {
    @OnConnect()
    connected(): Promise<void> {
      return ready.promise
    }
  }

  it.each([
    ['at once', Closing],
    ['kept until the connect handlers finished', Waiting],
  ])('is not handled any further (%s)', async (_when, controller) => {
    handled = 0
    ready = defer()
    const { port, app } = await startApp({ controllers: [controller] })
    const gone = defer<void>()
    app.events.on('disconnect', () => gone.resolve())
    const socket = await openRaw(port)
    const burst = Array.from({ length: 20 }, () =>
      encodeFrame({ payload: '{"event":"close","path":"/"}' }),
    )
    // In one write: uWebSockets.js hands them over one after the other.
    socket.sendBytes(Buffer.concat([...burst, encodeFrame({ opcode: opcodes.ping })]))
    if (controller === Waiting) await socket.nextFrame()
    ready.resolve()
    expect(await socket.closed).toMatchObject({ code: 4001 })
    await gone.promise
    expect(handled).toBe(1)
  })
})

describe('a connect handler that closes at once', () => {
  it('is followed by the disconnect handlers, and frees the place of its address', async () => {
    const left: number[] = []
    @Controller()
    class Bouncer {
      @OnConnect()
      connected(@Connection() connection: WsConnection): void {
        connection.close(4003, 'full')
      }

      @OnDisconnect()
      disconnected(@Connection() connection: WsConnection): void {
        left.push(connection.closeCode ?? 0)
      }
    }
    const { port } = await startApp({ controllers: [Bouncer], maxConnectionsPerIp: 1 })
    for (let count = 0; count < 3; count++) {
      const socket = await openRaw(port)
      expect(await socket.closed).toEqual({ code: 4003, reason: 'full', clean: true })
    }
    expect(left).toEqual([4003, 4003, 4003])
  })
})

describe('a broadcast by someone who is no member', () => {
  it('reaches the members', async () => {
    const { app, connect } = await startApp({ controllers: [] })
    const [inside, outside] = [await connect(), await connect()]
    const [member, stranger] = app.server.connections()
    await app.rooms.join(member!, '/room')
    app.rooms.broadcast('/room', 'said', '/room', 'hello', undefined, stranger)
    expect(await inside.nextPush()).toMatchObject({ event: 'said', data: 'hello' })
    app.rooms.broadcast('/room', 'said', '/room', 'not to me', undefined, member)
    expect(await inside.pushesUntil({ event: '$ping', path: '/' })).toEqual([])
    expect(await outside.pushesUntil({ event: '$ping', path: '/' })).toEqual([])
  })
})

describe('a close code or reason', () => {
  it.each([0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 70_000, -1, 1000.5, NaN, Infinity])(
    'that may not be sent (%p) is refused, and the connection stays',
    async (code) => {
      const { app, connect } = await startApp({ controllers: [] })
      const client = await connect()
      const [connection] = app.server.connections()
      expect(() => connection?.close(code)).toThrow(RangeError)
      await client.call('$ping', '/')
    },
  )

  it.each([
    ['a'.repeat(200), 'a'.repeat(123)],
    ['é'.repeat(100), 'é'.repeat(61)],
    [`${'a'.repeat(122)}é`, 'a'.repeat(122)],
    [`${'a'.repeat(120)}👋`, 'a'.repeat(120)],
    [`${'a'.repeat(119)}👋`, `${'a'.repeat(119)}👋`],
    ['x\ud800'.repeat(2), 'x\ufffdx\ufffd'],
  ])('that is too long, or no Unicode, is cut on a code point', async (reason, cut) => {
    const { app, port } = await startApp({ controllers: [] })
    const socket = await openRaw(port)
    app.server.connections()[0]?.close(4000, reason)
    expect(await socket.closed).toEqual({ code: 4000, reason: cut, clean: true })
    const { payload } = await socket.nextFrame({ match: ({ opcode }) => opcode === opcodes.close })
    expect(() =>
      new TextDecoder('utf-8', { fatal: true }).decode(payload.subarray(2)),
    ).not.toThrow()
  })

  it.each([
    [1000, 1000],
    [4000, 4000],
    [4999, 4999],
    [3000, 1006],
    [3999, 1006],
    [999, 1006],
    [1005, 1006],
  ])('that a client sends (%d) arrives as %d', async (sent, arrived) => {
    const { app, port } = await startApp({ controllers: [] })
    const code = defer<number>()
    app.events.on('disconnect', (event) => code.resolve(event.code))
    const socket = await openRaw(port)
    socket.sendClose(sent, 'bye')
    expect(await code.promise).toBe(arrived)
  })
})

describe('a PROXY protocol header', () => {
  /** Version 2, TCP over IPv4, from 203.0.113.9. */
  const header = Buffer.concat([
    Buffer.from('0d0a0d0a000d0a515549540a', 'hex'),
    Buffer.from([0x21, 0x11, 0, 12, 203, 0, 113, 9, 127, 0, 0, 1, 0x30, 0x39, 0, 80]),
  ])

  it.each([[undefined], [false], [true], [['127.0.0.1']]])(
    'is believed from nobody (trustProxy %j)',
    async (trustProxy) => {
      const addresses: string[] = []
      const { port } = await startApp({
        controllers: [],
        authorize: ({ remoteAddress }) => addresses.push(remoteAddress),
        ...(trustProxy !== undefined && { trustProxy }),
      })
      const socket = await connectRaw(port)
      socket.sendBytes(Buffer.concat([header, Buffer.from(upgradeRequest(port))]))
      expect((await socket.response)?.status).toBe(101)
      expect(addresses).toEqual(['127.0.0.1'])
    },
  )
})

describe('a binary frame', () => {
  it('stays readable after an await, when uWebSockets.js has its buffer back', async () => {
    const codec: WsCodec = {
      decode: (frame) =>
        typeof frame === 'string' ? JSON.parse(frame) : { event: 'bytes', path: '/', id: frame[0] },
      encode: (record) => JSON.stringify(record),
    }
    @Controller()
    class Bytes {
      @OnMessage('bytes', '/')
      async bytes(@Message() { raw }: WsMessageInfo): Promise<string> {
        await new Promise(setImmediate)
        return Buffer.from(raw as Uint8Array).toString('latin1')
      }
    }
    const { port } = await startApp({ controllers: [Bytes], codec })
    const socket = await openRaw(port)
    for (const [index, letter] of ['a', 'b', 'c', 'd'].entries()) {
      const payload = Buffer.concat([Buffer.of(index), Buffer.from(letter.repeat(50))])
      socket.sendFrame({ opcode: opcodes.binary, payload })
    }
    for (const [id, letter] of ['a', 'b', 'c', 'd'].entries()) {
      const reply = JSON.parse(await socket.nextText()) as { id: number; data: string }
      expect(reply).toEqual({ id, data: String.fromCharCode(id) + letter.repeat(50) })
    }
  })
})

describe('one port', () => {
  it('is for one app: a second is told what is wrong, and may listen elsewhere', async () => {
    const { port } = await startApp({ controllers: [] })
    const second = createWsApp({ controllers: [], logger: false })
    const error = await second.listen(port, '127.0.0.1').catch((reason: unknown) => reason)
    if (!(error instanceof Error)) await second.close()
    expect(error).toMatchObject({ name: 'WsListenError', port, host: '127.0.0.1' })
    expect((error as WsListenError).message).toBe(
      `cannot listen on 127.0.0.1:${port}: it is in use, not allowed, or no address of this machine`,
    )
    expect((await second.listen(0, '127.0.0.1')).port).not.toBe(port)
    await second.close()
  })
})

describe('data that the validation libraries would stumble over', () => {
  class Inner {
    @IsInt() n!: number
  }
  class Outer {
    @IsString() text!: string
    @ValidateNested() @Type(() => Inner) inner!: Inner
  }

  @Controller()
  class Validated {
    @OnMessage('check', '/')
    check(@Data() data: Outer): boolean {
      return data instanceof Outer && data.inner instanceof Inner
    }
  }

  let nested: unknown = 1
  for (let depth = 0; depth < 2000; depth++) nested = { inner: nested }
  const right = { text: 'a', inner: { n: 1 } }

  it.each([
    ['null', null],
    ['a string', 'text'],
    ['a number', 7],
    ['true', true],
    ['nothing', undefined],
    ['an array', []],
    ['an array of right ones', [right]],
    ['null for a class', { text: 'a', inner: null }],
    ['a string for a class', { text: 'a', inner: 'b' }],
    ['unknown fields', { ...right, admin: true }],
    ['unknown fields within', { text: 'a', inner: { n: 1, admin: true } }],
    ['deep nesting', nested],
  ])('is answered by 400: %s', async (_what, data) => {
    const { connect, logger } = await startApp({ controllers: [Validated] })
    const client = await connect()
    await expect(client.call('check', '/', data)).rejects.toMatchObject({ code: 400 })
    expect(await client.call('check', '/', right)).toBe(true)
    expect(logger.errors()).toEqual([])
  })
})
