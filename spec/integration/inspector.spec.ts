import { describe, expect, it, jest } from '@jest/globals'
import { Broadcast, Controller, Data, Join, OnMessage, WsError, type WsAppOptions } from 'enfilade'
import { Inspector } from 'enfilade/inspector'
import { startApp, type StartedApp } from '../support/start-app.js'

const KEY = 'a key that is long enough'

@Controller('/chat/:room')
class Chat {
  @OnMessage('join')
  @Join()
  join(): string {
    return 'in'
  }

  @OnMessage('say')
  @Broadcast('said', { excludeSelf: false })
  say(@Data(Object) data: object): object {
    return data
  }

  @OnMessage('fail')
  fail(): never {
    throw new WsError(409, 'No')
  }

  @OnMessage('late')
  async late(): Promise<never> {
    await Promise.resolve()
    throw new Error('No')
  }
}

interface Inspected extends StartedApp {
  ask(path: string, body?: object, key?: string): Promise<{ status: number; body: unknown }>
  stopInspector: () => void
}

/** An app with an inspector: `serve` has to come before `listen`. */
async function start(options: Partial<WsAppOptions> = {}): Promise<Inspected> {
  const inspector = new Inspector({ key: KEY })
  const holder: { stop?: () => void } = {}
  const started = await startApp(
    {
      controllers: [Chat],
      use: [inspector.middleware],
      authorize: ({ query }) => ({ userId: query.get('user') ?? 'nobody' }),
      ...options,
    },
    (app) => (holder.stop = inspector.serve(app)),
  )
  const ask: Inspected['ask'] = async (path, body, key = KEY) => {
    const response = await fetch(`http://127.0.0.1:${started.port}/inspector/api${path}`, {
      headers: { Authorization: `Bearer ${key}` },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    })
    return { status: response.status, body: await response.json() }
  }
  return { ...started, ask, stopInspector: () => holder.stop?.() }
}

interface Found {
  total: number
  rows: { id: string; user: string; rooms: number }[]
}

const idOf = async ({ ask }: Inspected, user: string): Promise<string> =>
  ((await ask(`/connections?text=${user}`)).body as Found).rows[0]?.id ?? ''

describe('the inspector', () => {
  it.each([
    ['no key', ''],
    ['another key', 'another key that is long'],
  ])('tells nothing to whoever has %s', async (_, key) => {
    const app = await start()
    for (const path of ['/overview', '/connections', '/rooms', '/routes', '/forms']) {
      expect((await app.ask(path, undefined, key)).status).toBe(401)
    }
    const client = await app.connect()
    const id = await idOf(app, 'nobody')
    expect((await app.ask(`/connections/${id}/close`, {}, key)).status).toBe(401)
    expect(client.isOpen).toBe(true)
  })

  it('finds connections by user, room and id, and says how many there are', async () => {
    const app = await start()
    const ann = await app.connect({ path: '/?user=ann' })
    await app.connect({ path: '/?user=bob' })
    await ann.call('join', '/chat/blue')
    for (const text of ['ANN', 'blue', await idOf(app, 'ann')]) {
      const { body } = await app.ask(`/connections?text=${text}`)
      expect(body).toMatchObject({ total: 1, rows: [{ user: 'ann', rooms: 1 }] })
    }
    for (const [offset, user] of ['bob', 'ann'].entries()) {
      expect((await app.ask(`/connections?limit=1&offset=${offset}`)).body).toMatchObject({
        total: 2,
        rows: [{ user }],
      })
    }
    expect((await app.ask('/connections?offset=2')).body).toEqual({ total: 2, rows: [] })
    for (const room of ['/chat/blue', '/chat/blu']) {
      const query = new URLSearchParams({ room })
      expect((await app.ask(`/connections?${query.toString()}`)).body).toMatchObject(
        room === '/chat/blue' ? { total: 1, rows: [{ user: 'ann' }] } : { total: 0, rows: [] },
      )
    }
    expect((await app.ask('/connections?sort=rooms')).body).toMatchObject({
      rows: [{ user: 'ann' }, { user: 'bob' }],
    })
    expect((await app.ask('/rooms?text=BLUE')).body).toEqual({
      total: 1,
      rows: [{ name: '/chat/blue', members: 1 }],
    })
  })

  it('counts and times the messages of each route', async () => {
    const app = await start()
    const client = await app.connect()
    for (let count = 0; count < 3; count++) await client.call('join', '/chat/a')
    await expect(client.call('fail', '/chat/a')).rejects.toMatchObject({ code: 409 })
    await expect(client.call('late', '/chat/a')).rejects.toMatchObject({ code: 500 })
    const { rows } = (await app.ask('/routes')).body as { rows: object[] }
    expect(rows).toEqual([
      expect.objectContaining({
        ...{ event: 'join', pattern: '/chat/:room', handler: 'Chat.join' },
        ...{ messages: 3, errors: 0, p50: expect.any(Number) },
      }),
      expect.objectContaining({ event: 'fail', messages: 1, errors: 1 }),
      expect.objectContaining({ event: 'late', messages: 1, errors: 1 }),
    ])
    expect((await app.ask('/routes?text=CHAT.la')).body).toMatchObject({
      total: 1,
      rows: [{ event: 'late' }],
    })
    expect((await app.ask('/overview')).body).toMatchObject({
      counters: { connections: 1, errors: { 409: 1, 500: 1 } },
    })
  })

  it('leaves what is broadcast and replied encoded once', async () => {
    let encoded = 0
    const said = { toJSON: () => ++encoded }
    @Controller('/once')
    class Once {
      @OnMessage('say')
      @Join()
      @Broadcast('said', { excludeSelf: false })
      say(): object {
        return said
      }
    }
    const app = await start({ controllers: [Once] })
    const client = await app.connect()
    expect(await client.call('say', '/once')).toBe(1)
    expect(encoded).toBe(1)
  })

  it.each([
    ['a plain client', undefined],
    ['a client of enfilade.v1', 'enfilade.v1'],
  ])('follows what %s sends and is sent, once each', async (_, protocols) => {
    const app = await start()
    const ann = await app.connect({ path: '/?user=ann', ...(protocols && { protocols }) })
    const bob = await app.connect({ path: '/?user=bob' })
    for (const client of [ann, bob]) await client.call('join', '/chat/a')
    const id = await idOf(app, 'ann')
    expect((await app.ask(`/connections/${id}/frames`)).body).toEqual({ frames: [] })
    await bob.call('say', '/chat/a', { text: 'hello' })
    app.app.server.broadcast('news', '/', 1)
    await ann.nextPush('news')
    await ann.call('join', '/chat/a')
    const { frames } = (await app.ask(`/connections/${id}/frames`)).body as {
      frames: { number: number; way: string; text: string }[]
    }
    expect(frames.map(({ way, text }) => [way, JSON.parse(text)])).toEqual([
      ['out', expect.objectContaining({ event: 'said', data: { text: 'hello' } })],
      ['out', expect.objectContaining({ event: 'news', data: 1 })],
      ['in', expect.objectContaining({ event: 'join', path: '/chat/a' })],
      ['out', expect.objectContaining({ data: 'in' })],
    ])
    const last = frames.at(-1)?.number
    expect((await app.ask(`/connections/${id}/frames?after=${last}`)).body).toEqual({ frames: [] })
    app.stopInspector()
    await bob.call('say', '/chat/a', { text: 'unseen' })
    expect((await app.ask(`/connections/${id}/frames`)).body).toEqual({ frames: [] })
  })

  it('sends to a connection, and closes it', async () => {
    const app = await start()
    const client = await app.connect({ path: '/?user=ann' })
    const id = await idOf(app, 'ann')
    const push = { event: 'note', path: '/x', data: [1] }
    expect(await app.ask(`/connections/${id}/send`, push)).toEqual({
      status: 200,
      body: { sent: true },
    })
    expect(await client.nextPush('note')).toMatchObject({ path: '/x', data: [1] })
    await app.ask(`/connections/${id}/close`, { code: 4403, reason: 'Enough' })
    expect(await client.closed).toEqual({ code: 4403, reason: 'Enough' })
    expect((await app.ask(`/connections/${id}`)).status).toBe(404)
  })

  it('refuses with 400 what cannot be done', async () => {
    const app = await start()
    const client = await app.connect({ path: '/?user=ann' })
    const id = await idOf(app, 'ann')
    for (const body of [{ code: 1006 }, { code: 'x' }, { reason: 1 }]) {
      expect((await app.ask(`/connections/${id}/close`, body)).status).toBe(400)
    }
    for (const body of [{}, { event: 'x' }, { event: 1, path: '/' }, { event: '', path: '/' }]) {
      expect((await app.ask(`/connections/${id}/send`, body)).status).toBe(400)
    }
    const tooLarge = { event: 'x', path: '/', data: 'x'.repeat(70_000) }
    expect((await app.ask(`/connections/${id}/send`, tooLarge)).status).toBe(413)
    expect(client.isOpen).toBe(true)
  })

  it('answers with as much as a page shows, however many there are', async () => {
    const userId = 'x'.repeat(60_000)
    const app = await start({ authorize: () => ({ userId }) })
    const client = await app.connect()
    const [one] = app.app.server.connections()
    if (!one) throw new Error('nobody is connected')
    const crowd = Array.from({ length: 10_000 }, () => one)
    jest.spyOn(app.app.server, 'connections').mockReturnValue(crowd)
    const rooms = Array.from({ length: 10_000 }, (_, index) => `/${'r'.repeat(240)}/${index}`)
    jest.spyOn(app.app.rooms, 'rooms').mockReturnValue(rooms)
    const sizeOf = async (path: string): Promise<number> =>
      JSON.stringify((await app.ask(path)).body).length
    for (const path of ['/connections', '/connections?sort=queued', '/rooms']) {
      expect((await app.ask(path)).body).toMatchObject({ total: 10_000 })
      expect(await sizeOf(path)).toBeLessThan(50_000)
      const separator = path.includes('?') ? '&' : '?'
      expect(await sizeOf(`${path}${separator}limit=1000000`)).toBeLessThan(250_000)
    }
    await app.ask(`/connections/${one.id}/frames`)
    const data = { text: 'x'.repeat(10_000) }
    for (let count = 0; count < 90; count++) await client.call('say', '/chat/a', data)
    const { frames } = (await app.ask(`/connections/${one.id}/frames`)).body as { frames: object[] }
    expect(frames.length).toBeGreaterThan(30)
    expect(JSON.stringify(frames).length).toBeLessThan(400_000)
    expect(frames.at(-1)).toMatchObject({ number: 180, way: 'out', bytes: 10_028 })
  })

  it.each([
    [{ key: 'short' }, 'key has to be a text of 16 characters'],
    [{ key: KEY, path: 'inspector' }, 'path has to be like "/inspector"'],
    [{ key: KEY, path: '/a/:b' }, 'path has to be like "/inspector"'],
  ])('is not made with %j', (options, message) => {
    expect(() => new Inspector(options)).toThrow(message)
  })
})
