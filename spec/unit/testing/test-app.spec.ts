import { afterEach, describe, expect, it, jest } from '@jest/globals'
import {
  Broadcast,
  Connection,
  Controller,
  Data,
  Join,
  Leave,
  MemoryBroadcastHub,
  MemoryBroadcastTransport,
  OnConnect,
  OnMessage,
  Session,
  WsApp,
  WsError,
  type WsConnection,
} from 'enfilade'
import {
  createTestApp,
  override,
  TestConnectError,
  TestWaitError,
  type TestApp,
  type TestAppOptions,
} from 'enfilade/testing'
import { ENFILADE_V1_MSGPACK, msgpack } from 'enfilade/msgpack'
import { container, injectable } from 'tsyringe'
import { reasonOf } from '../../support/open-client.js'

const path = '/chat/a'

@injectable()
class Archive {
  recent(): string[] {
    return ['real']
  }
  size(): number {
    return 1
  }
}

@Controller('/chat/:room')
class Chat {
  constructor(private readonly archive: Archive) {}

  @OnConnect()
  connected(@Session() session: { isBanned?: boolean }): void {
    if (session.isBanned) throw new WsError(403, 'Banned')
  }

  @OnMessage('join')
  @Join()
  join(): string[] {
    return this.archive.recent()
  }

  @OnMessage('leave')
  @Leave()
  leave(): void {}

  @OnMessage('say')
  @Broadcast('said', { excludeSelf: false })
  say(@Data(Object) data: unknown): unknown {
    return data
  }

  @OnMessage('who')
  who(@Session() session: unknown): unknown {
    return session
  }

  @OnMessage('hang')
  hang(): Promise<void> {
    return new Promise(() => undefined)
  }

  @OnMessage('fail')
  fail(): void {
    throw new Error('the cause')
  }

  @OnMessage('close')
  close(@Connection() connection: WsConnection): void {
    connection.close(4000, 'Enough')
  }
}

const apps = new Set<TestApp>()

function start(options: Partial<TestAppOptions> = {}): TestApp {
  const app = createTestApp({ controllers: [Chat], ...options })
  apps.add(app)
  return app
}

afterEach(async () => {
  await Promise.all([...apps].map((app) => app.close()))
  apps.clear()
})

describe('a test app', () => {
  it('is an app that has started when its first client is in', async () => {
    const app = start()
    expect(app).toBeInstanceOf(WsApp)
    expect(app.status).toBe('created')
    const ann = await app.connect()
    expect(app.status).toBe('listening')
    expect(app.server.connections()).toEqual([ann.connection])
    await app.close()
    expect(app.status).toBe('closed')
    expect(await ann.closed).toEqual({ code: 1001, reason: 'The server shuts down' })
  })

  it('may be told to listen, which takes no port', async () => {
    const apps = [start(), start()]
    for (const app of apps) expect(await app.listen(80)).toEqual({ port: 80 })
    expect((await apps[0]!.connect()).isOpen).toBe(true)
    expect(await start().listen()).toEqual({ port: 65_535 })
  })

  it('is made with what stands in the place of services', async () => {
    const app = start({ overrides: [override(Archive, { recent: () => ['fake'] })] })
    expect(await (await app.connect()).call('join', path)).toEqual(['fake'])
    const fakes = container.createChildContainer()
    fakes.register<Partial<Archive>>(Archive, { useValue: { recent: () => ['registered'] } })
    const other = start({ container: fakes })
    expect(await (await other.connect()).call('join', path)).toEqual(['registered'])
    expect(await (await start().connect()).call('join', path)).toEqual(['real'])
  })

  it('reports definition errors as any app', () => {
    expect(() => start({ idleTimeout: 3 })).toThrow('createWsApp.idleTimeout')
    expect(() => start({ patience: 0 })).toThrow('patience must be milliseconds, got 0')
  })

  it('hears no signals', async () => {
    const before = process.listenerCount('SIGTERM')
    await start({ signals: true }).connect()
    expect(process.listenerCount('SIGTERM')).toBe(before)
  })

  it('prints the cause of a 500, and nothing else', async () => {
    const error = jest.spyOn(console, 'error').mockImplementation(() => undefined)
    try {
      const ann = await start().connect()
      expect(await reasonOf(ann.call('fail', path))).toMatchObject({ code: 500 })
      expect(await reasonOf(ann.call('nothing', path))).toMatchObject({ code: 404 })
      expect(error.mock.calls).toEqual([
        ['a handler failed', expect.objectContaining({ err: new Error('the cause') })],
      ])
    } finally {
      error.mockRestore()
    }
  })
})

it('two test apps that share a hub are as two processes with a broker between them', async () => {
  const hub = new MemoryBroadcastHub()
  const create = (): TestApp => start({ broadcastTransport: new MemoryBroadcastTransport(hub) })
  const [ann, ben] = [await create().connect(), await create().connect()]
  for (const client of [ann, ben]) await client.call('join', path)
  await ann.call('say', path, 1)
  expect(await ben.nextPush('said')).toMatchObject({ data: 1 })
})

describe('connect', () => {
  const options: Partial<TestAppOptions> = {
    authorize: ({ query, headers, cookies }) => {
      const user = query.get('user') ?? headers.authorization ?? cookies.user
      if (user === undefined) throw new WsError(401, 'Who are you?')
      return { user }
    },
  }

  it('with a session does not ask authorize', async () => {
    const ann = await start(options).connect({ user: 'ann', isAdmin: true })
    expect(await ann.call('who', path)).toEqual({ user: 'ann', isAdmin: true })
    expect(ann.connection.userId).toBe('ann')
  })

  it.each([
    ['the path', { path: '/?user=ann' }],
    ['a header', { headers: { Authorization: 'ann' } }],
    ['a cookie', { headers: { cookie: 'user=ann' } }],
  ])('without a session asks authorize about %s', async (_name, request) => {
    const ann = await start(options).connect(undefined, request)
    expect(await ann.call('who', path)).toEqual({ user: 'ann' })
  })

  it('rejects with what a client was told that is not let in', async () => {
    const error = await reasonOf(start(options).connect())
    expect(error).toBeInstanceOf(TestConnectError)
    expect(error).toMatchObject({ code: 4401, reason: 'Who are you?' })
    expect(error.message).toBe('connect: the connection was closed with 4401 Who are you?')
    const byHttp = await reasonOf(start({ ...options, refuse: 'http' }).connect())
    expect(byHttp).toMatchObject({ status: 401, reason: 'Who are you?' })
    expect(byHttp.headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8' })
    expect(byHttp.message).toBe('connect: the request was answered with 401 Who are you?')
  })

  it.each([
    ['@OnConnect', {}, { isBanned: true }, {}, { code: 4403, reason: 'Banned' }],
    ['the path', { upgradePath: '/ws' }, {}, { path: '/other' }, { status: 404 }],
    ['the Origin', {}, {}, { headers: { origin: 'https://evil.example' } }, { status: 403 }],
    ['the handshake', {}, {}, { headers: { upgrade: undefined } }, { status: 426 }],
    ['a header that came twice', {}, {}, { headers: { host: ['a', 'b'] } }, { status: 400 }],
  ])('is refused because of %s', async (_name, given, session, request, refusal) => {
    const error = await reasonOf(start(given).connect(session, request))
    expect(error).toBeInstanceOf(TestConnectError)
    expect(error).toMatchObject(refusal)
  })

  it('comes from the address it says', async () => {
    const app = start({ maxConnectionsPerIp: 1 })
    const first = await app.connect({}, { remoteAddress: '2001:db8::7' })
    expect(first.connection.remoteAddress).toBe('2001:db8::7')
    // One /64 is one address.
    const same = app.connect({}, { remoteAddress: '2001:db8::8' })
    expect(await reasonOf(same)).toMatchObject({ status: 429 })
    expect((await app.connect({}, { remoteAddress: '::ffff:192.0.2.1' })).connection).toMatchObject(
      { remoteAddress: '192.0.2.1' },
    )
  })

  it.each([
    [{ path: 'chat' }, 'connect: "chat" does not start with "/"'],
    [{ remoteAddress: 'localhost' }, '"localhost" is no IP address'],
  ])('does not take %j', async (request, text) => {
    await expect(start().connect({}, request)).rejects.toThrow(new TypeError(text))
  })

  it('rejects when the app has been closed', async () => {
    const app = start()
    await app.connect()
    await app.close()
    expect(await reasonOf(app.connect())).toMatchObject({
      message: 'connect: Nobody listens: the app has been closed',
    })
  })

  it('says so when authorize does not come to an end', async () => {
    const app = start({
      authorize: () => new Promise(() => undefined),
      patience: 20,
      logger: false,
    })
    const error = await reasonOf(app.connect())
    expect(error).toBeInstanceOf(TestWaitError)
    expect(error.message).toContain('If authorize waits for time to pass, advance app.clock.')
  })

  it('negotiates the protocol: enfilade.v1 unless told otherwise', async () => {
    const app = start()
    expect((await app.connect()).protocol).toBe('enfilade.v1')
    expect((await app.connect({}, { protocol: ['other', 'enfilade.v1'] })).protocol).toBe(
      'enfilade.v1',
    )
    const plain = await app.connect({}, { protocol: false })
    expect(plain.protocol).toBe('')
    expect(plain.records).toEqual([])
  })
})

describe('a test client', () => {
  it('keeps $ events apart from pushes', async () => {
    const ann = await start().connect()
    await ann.call('join', path)
    await ann.call('say', path, 1)
    expect(await ann.nextPush()).toMatchObject({ event: 'said', data: 1 })
    expect(ann.pushes.map(({ event }) => event)).toEqual(['said'])
    expect(await ann.nextPush('$joined', path)).toMatchObject({ data: { epoch: '' } })
    expect(ann.records).toMatchObject([
      { event: '$welcome' },
      { event: '$joined' },
      { id: 1, data: ['real'] },
      { event: 'said' },
      { id: 2 },
    ])
  })

  it('hands out each push once, by event, path or function, and leaves the others', async () => {
    const app = start()
    const ann = await app.connect()
    for (const room of ['/chat/a', '/chat/b']) await ann.call('join', room)
    for (const [room, text] of [
      ['a', 1],
      ['b', 2],
      ['a', 3],
    ]) {
      app.rooms.broadcast(`/chat/${room}`, 'said', `/chat/${room}`, text)
    }
    expect(await ann.nextPush('said', '/chat/b')).toMatchObject({ data: 2 })
    expect(await ann.nextPush(({ data }) => data === 3)).toMatchObject({ path: '/chat/a' })
    expect(await ann.nextPush('said')).toMatchObject({ data: 1 })
  })

  it('says what came in place of what was waited for', async () => {
    const ann = await start({ patience: 500 }).connect()
    await ann.call('join', path)
    await ann.call('say', path, { text: 'x'.repeat(300) })
    const hanging = reasonOf(ann.call('hang', path))
    const error = await reasonOf(ann.nextPush('sad', path))
    expect(error).toBeInstanceOf(TestWaitError)
    expect(error.message).toContain('in vain for the push "sad" on "/chat/a"')
    expect(error.message).toContain('{"event":"said","path":"/chat/a"')
    expect(error.message).toContain('…')
    expect(error.arrived).toHaveLength(3)
    expect(await hanging).toMatchObject({
      name: 'TestWaitError',
      message: expect.stringContaining('No reply to "hang" on "/chat/a"'),
    })
  })

  it('rejects what waits when the connection ends, and what comes later', async () => {
    const app = start()
    const [ann, silent] = [await app.connect(), await app.connect({}, { protocol: false })]
    const waiting = [ann.call('hang', path), ann.nextPush('said')].map(reasonOf)
    ann.send('close', path)
    const [call, push] = await Promise.all(waiting)
    expect(call).toMatchObject({ code: 503, message: 'The connection is over (4000 Enough)' })
    expect(push.message).toContain(
      'The connection ended (4000 Enough) before the push "said" came.',
    )
    expect(await ann.closed).toEqual({ code: 4000, reason: 'Enough' })
    expect(ann.isOpen).toBe(false)
    expect(await reasonOf(ann.call('who', path))).toMatchObject({ code: 503 })
    expect(() => ann.send('who', path)).toThrow('The connection is over (4000 Enough)')
    expect(() => ann.sendRaw('{')).toThrow('The connection is over (4000 Enough)')
    await silent.close()
    expect((await reasonOf(silent.nextPush())).message).toContain('No pushes have arrived.')
  })

  it('sends what it is given, and is answered as any client', async () => {
    const ann = await start().connect()
    ann.sendRaw('no JSON')
    expect(await ann.nextPush('$error')).toMatchObject({ data: { code: 400 } })
    ann.sendRaw(JSON.stringify({ event: 'who', path, id: 'x' }))
    ann.sendRaw(Uint8Array.of(1, 2, 3))
    expect(await ann.nextPush('$error')).toMatchObject({ data: { code: 400 } })
    expect(ann.records).toContainEqual({ id: 'x', data: {} })
  })

  it('is cut off for what is larger than maxPayload', async () => {
    const app = start({ maxPayload: 100 })
    const ann = await app.connect()
    ann.send('say', path, 'x'.repeat(100))
    expect(await ann.closed).toEqual({ code: 1006, reason: '' })
    expect(app.counters.closed).toEqual({ 1009: 1 })
  })

  it('closes, and the server hears of code and reason', async () => {
    const app = start()
    const ann = await app.connect()
    const { connection } = ann
    expect(await ann.close(4001, 'Bye')).toEqual({ code: 4001, reason: 'Bye' })
    expect(connection).toMatchObject({ isOpen: false, closeCode: 4001, closeReason: 'Bye' })
    expect(await ann.close()).toEqual({ code: 4001, reason: 'Bye' })
    expect(app.server.size).toBe(0)
  })

  it('loses what is on its way when the network is gone', async () => {
    const app = start()
    const ann = await app.connect()
    await ann.call('join', path)
    const { connection } = ann
    ann.send('say', path, 1)
    const dropped = ann.drop()
    expect(await ann.closed).toEqual({ code: 1006, reason: '' })
    expect(connection.isOpen).toBe(true)
    await dropped
    expect(connection).toMatchObject({ isOpen: false, closeCode: 1006 })
    expect(app.counters.messages).toBe(1)
    expect(app.rooms.size).toBe(0)
  })

  it('chooses a codec by its sub-protocol', async () => {
    const app = start({ codecs: [msgpack()] })
    const ann = await app.connect({}, { codec: msgpack() })
    expect(ann.protocol).toBe(ENFILADE_V1_MSGPACK)
    await ann.call('join', path)
    await ann.call('say', path, Uint8Array.of(1, 2))
    expect(Uint8Array.from((await ann.nextPush('said')).data as Uint8Array)).toEqual(
      Uint8Array.of(1, 2),
    )
  })

  it('speaks with a codec of the app, or one of its own', async () => {
    const codec = {
      decode: (frame: unknown) =>
        JSON.parse(Buffer.from(frame as Uint8Array).toString()) as unknown,
      encode: (record: unknown) => new Uint8Array(Buffer.from(JSON.stringify(record))),
    }
    const app = start({ codec })
    expect(await (await app.connect({ is: 1 })).call('who', path)).toEqual({ is: 1 })
    const wrong = await app.connect({}, { codec: { ...codec, decode: () => 7 } })
    wrong.send('who', path)
    await app.settle()
    expect(wrong.records).toEqual([7])
  })
})
