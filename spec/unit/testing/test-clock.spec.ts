import { afterEach, describe, expect, it } from '@jest/globals'
import {
  Controller,
  OnDisconnect,
  OnJoin,
  OnMessage,
  Presence,
  RateLimit,
  Timeout,
  WsError,
} from 'enfilade'
import { createTestApp, type TestApp, type TestAppOptions } from 'enfilade/testing'
import { ChatRoom } from '../../support/chat-room.js'
import { reasonOf } from '../../support/open-client.js'

const path = '/chat/a'
const never = new Promise<never>(() => undefined)
let events: string[] = []
let isHanging = false

@Presence(Object)
@Controller('/chat/:room', { history: { size: 10, ttl: 30 } })
class Chat extends ChatRoom {
  @OnJoin()
  joined(): unknown {
    events.push('join')
    return isHanging ? never : undefined
  }

  @OnDisconnect()
  gone(): unknown {
    events.push('disconnect')
    return isHanging ? never : undefined
  }

  @OnMessage('hang')
  @Timeout(3_000)
  hang(): Promise<void> {
    return never
  }

  @OnMessage('seldom')
  @RateLimit({ perSecond: 1, burst: 1 })
  seldom(): void {}
}

const running = new Set<TestApp>()

function start(options: Partial<TestAppOptions> = {}): TestApp {
  events = []
  isHanging = false
  const app = createTestApp({ controllers: [Chat], logger: false, ...options })
  running.add(app)
  return app
}

afterEach(async () => {
  isHanging = false
  await Promise.all([...running].map((app) => app.close()))
  running.clear()
})

describe('the clock of a test app', () => {
  it('stands still until it is advanced', () => {
    const before = Date.now()
    const { clock } = start()
    const now = clock.now()
    expect(now).toBeGreaterThanOrEqual(before)
    expect(now).toBeLessThanOrEqual(Date.now())
    const advanced = clock.advance(90_000)
    expect(clock.now()).toBe(now)
    return advanced.then(() => expect(clock.now()).toBe(now + 90_000))
  })

  it.each([-1, NaN, Infinity])('does not take %p', (milliseconds) => {
    expect(() => start().clock.advance(milliseconds)).toThrow(RangeError)
  })

  it('is advanced by one after the other', async () => {
    const { clock } = start()
    const from = clock.now()
    await Promise.all([clock.advance(1_000), clock.advance(2_000)])
    expect(clock.now()).toBe(from + 3_000)
  })
})

describe('when time passes', () => {
  it('a client that vanished is gone after idleTimeout, and not before', async () => {
    const app = start({ idleTimeout: 60 })
    const ann = await app.connect()
    const { connection } = ann
    await ann.drop({ noticed: false })
    expect(await ann.closed).toEqual({ code: 1006, reason: '' })
    await app.clock.advance(59_999)
    expect(connection.isOpen).toBe(true)
    await app.clock.advance(1)
    expect(connection).toMatchObject({ isOpen: false, closeCode: 1006 })
  })

  it('a client that reads nothing does not live longer than idleTimeout, unless it reads on', async () => {
    const app = start({ idleTimeout: 10 })
    const [ann, ben, idle] = [await app.connect(), await app.connect(), await app.connect()]
    ann.stall()
    ben.stall()
    await app.clock.advance(9_000)
    ben.unstall()
    await app.clock.advance(60_000)
    ann.unstall()
    expect(await ann.closed).toMatchObject({ code: 1006 })
    expect(ben.isOpen && idle.isOpen).toBe(true)
  })

  it('a member is gone 5 seconds after it was lost', async () => {
    const app = start()
    const [ann, ben] = [await app.connect({ user: 'ann' }), await app.connect({ user: 'ben' })]
    for (const client of [ann, ben]) await client.call('join', path)
    await ann.nextPush('$presence')
    await ben.drop()
    await app.clock.advance(4_999)
    expect(app.rooms.members(path)).toHaveLength(2)
    await app.clock.advance(1)
    expect(app.rooms.members(path)).toHaveLength(1)
    await app.clock.advance(20)
    expect(await ann.nextPush('$presence')).toMatchObject({ data: { leave: ['ben'] } })
  })

  it('nobody hears of a reload within these 5 seconds', async () => {
    const app = start()
    const [ann, ben] = [await app.connect({ user: 'ann' }), await app.connect({ user: 'ben' })]
    for (const client of [ann, ben]) await client.call('join', path)
    await ben.call('$presence', path, { x: 1 })
    await app.clock.advance(1_000)
    const told = ann.records.length
    await ben.drop()
    await app.clock.advance(4_900)
    const again = await app.connect({ user: 'ben' })
    await again.call('join', path)
    await app.clock.advance(60_000)
    expect(ann.records.slice(told)).toEqual([])
    expect(app.rooms.members(path)).toMatchObject([{ id: 'ann' }, { id: 'ben', state: { x: 1 } }])
  })

  it('a lost connection is kept as long as the window, with what its rooms were pushed', async () => {
    const app = start({ recovery: { window: 40 } })
    const [ann, ben] = [await app.connect(), await app.connect()]
    for (const client of [ann, ben]) await client.call('join', path)
    await ben.drop()
    await ann.call('say', path, 'missed')
    await app.clock.advance(29_000)
    expect(await ben.resume()).toEqual({ resumed: true, rooms: { [path]: 'recovered' } })
    expect(await ben.nextPush('said')).toMatchObject({ data: 'missed', seq: 1 })
    await ben.drop()
    await ann.call('say', path, 'forgotten')
    await app.clock.advance(31_000)
    expect(await ben.resume()).toEqual({ resumed: true, rooms: { [path]: 'gap' } })
    await ben.drop()
    await app.clock.advance(39_999)
    const before = app.rooms.connections(path).size
    await app.clock.advance(1)
    expect([before, app.rooms.connections(path).size]).toEqual([2, 1])
    expect(await ben.resume()).toEqual({ resumed: false, rooms: {} })
  })

  it('a room without members is forgotten after the ttl of its history', async () => {
    const app = start()
    const ann = await app.connect()
    await ann.call('join', path)
    await ann.close()
    await app.clock.advance(29_000)
    const epochs = []
    for (const wait of [0, 31_000]) {
      await app.clock.advance(wait)
      const ben = await app.connect()
      await ben.call('join', path)
      epochs.push(((await ben.nextPush('$joined')).data as { epoch: string }).epoch)
      await ben.close()
    }
    const [first] = ann.records.filter((record) => JSON.stringify(record).includes('$joined'))
    expect((first as { data: { epoch: string } }).data.epoch).toBe(epochs[0])
    expect(epochs[1]).not.toBe(epochs[0])
  })

  it('buckets fill: that of the connection, of the address, and of a handler', async () => {
    const rate = { perSecond: 1, burst: 2 }
    for (const options of [
      { rateLimit: rate },
      { rateLimit: false as const, rateLimitPerIp: rate },
    ]) {
      const app = start(options)
      const ann = await app.connect()
      for (let count = 0; count < 2; count++) await ann.call('$ping', '/')
      expect(await reasonOf(ann.call('$ping', '/'))).toMatchObject({
        ...{ code: 429, details: { retryAfter: 1_000 } },
      })
      await app.clock.advance(1_000)
      expect(await ann.call('$ping', '/')).toBe(null)
    }
    const app = start()
    const ann = await app.connect()
    await ann.call('seldom', path)
    expect(await reasonOf(ann.call('seldom', path))).toMatchObject({ code: 429 })
    await app.clock.advance(1_000)
    expect(await ann.call('seldom', path)).toBe(null)
  })

  it('a handler is answered for with 408', async () => {
    const app = start()
    const ann = await app.connect()
    const call = reasonOf(ann.call('hang', path))
    await app.clock.advance(2_999)
    expect(ann.records.filter((record) => (record as { id?: number }).id === 1)).toEqual([])
    await app.clock.advance(1)
    expect(await call).toMatchObject({ code: 408 })
  })

  it('a session ends: the client is told, and closed 25 seconds later', async () => {
    const app = start()
    const ann = await app.connect({ expiresAt: app.clock.now() + 10_000 })
    await app.clock.advance(10_000)
    expect(await ann.nextPush('$error')).toMatchObject({ data: { code: 401 } })
    expect(ann.isOpen).toBe(true)
    await app.clock.advance(25_000)
    expect(await ann.closed).toMatchObject({ code: 4401 })
    const late = reasonOf(app.connect({ expiresAt: app.clock.now() - 1 }))
    expect(await late).toMatchObject({ code: 4401, reason: 'The session has expired' })
  })

  it('authorize is given up, for a request as for a token', async () => {
    let isSlow = true
    const app = start({ authorize: () => (isSlow ? never : {}), authorizeTimeout: 10 })
    const connecting = reasonOf(app.connect())
    await app.clock.advance(10_000)
    expect(await connecting).toMatchObject({ code: 4408 })
    isSlow = false
    const ann = await app.connect()
    isSlow = true
    const refreshing = reasonOf(ann.call('$token', '/', { token: 'x' }))
    await app.clock.advance(10_000)
    expect(await refreshing).toMatchObject({ code: 408 })
  })

  it('a client without a token is waited for no longer than authorizeTimeout', async () => {
    const authorize: TestAppOptions['authorize'] = ({ token }) => {
      if (token === undefined) throw new WsError(401)
      return { token }
    }
    const app = start({ awaitToken: true, authorize })
    const [ann, ben] = [await app.connect(), await app.connect()]
    await ben.call('$token', '/', { token: 'x' })
    await app.clock.advance(10_000)
    expect(await ann.closed).toMatchObject({ code: 4408 })
    expect(ben.connection.session).toEqual({ token: 'x' })
  })

  it('a connection ends with its lifetime', async () => {
    const app = start({ maxLifetime: 3_600 })
    const ann = await app.connect()
    await app.clock.advance(3_200_000)
    expect(ann.isOpen).toBe(true)
    await app.clock.advance(401_000)
    expect(await ann.closed).toMatchObject({ code: 1001, reason: 'Maximum lifetime reached' })
  })

  it('pushes of a broadcast window go out when it ends', async () => {
    const app = start({ broadcastWindow: 500 })
    const [ann, ben] = [await app.connect(), await app.connect()]
    for (const client of [ann, ben]) await client.call('join', path)
    await ann.call('say', path, 1)
    await app.clock.advance(499)
    expect(ben.pushes).toEqual([])
    await app.clock.advance(1)
    expect(ben.pushes).toMatchObject([{ data: 1 }])
  })

  it('an @OnDisconnect that hangs keeps its connection in its rooms for 5 seconds', async () => {
    const app = start()
    const ann = await app.connect()
    await ann.call('join', path)
    isHanging = true
    await ann.close()
    await app.clock.advance(4_999)
    expect(app.rooms.size).toBe(1)
    await app.clock.advance(1)
    expect(app.rooms.size).toBe(0)
  })

  it('an @OnJoin that hangs during $resume ends it with 4408, and the session may be continued', async () => {
    const app = start({ recovery: true, authorizeTimeout: 10 })
    const ann = await app.connect()
    await ann.call('join', path)
    const { connection } = ann
    await ann.drop()
    isHanging = true
    const resuming = reasonOf(ann.resume())
    await app.clock.advance(9_999)
    expect(ann.isOpen).toBe(true)
    await app.clock.advance(1)
    expect(await ann.closed).toEqual({ code: 4408, reason: 'To resume took too long' })
    expect(await resuming).toMatchObject({ code: 503 })
    isHanging = false
    expect(await ann.resume()).toMatchObject({ resumed: true })
    expect(ann.connection).toBe(connection)
    expect([...connection.rooms]).toEqual([path])
  })

  it('an app that closes waits for handlers as long as its drain says', async () => {
    const app = start({ controllers: [Chat] })
    const ann = await app.connect()
    const call = reasonOf(ann.call('hang', path))
    await app.settle()
    const closing = app.close({ drain: 2 })
    expect(await ann.nextPush('$closing')).toMatchObject({ data: { code: 1012 } })
    expect(await reasonOf(ann.call('say', path))).toMatchObject({ code: 503 })
    expect(ann.isOpen).toBe(true)
    await app.clock.advance(2_000)
    await closing
    expect(await ann.closed).toMatchObject({ code: 1012 })
    expect(await call).toMatchObject({ code: 503 })
  })
})

it('what hangs does not keep an app from closing: its clock goes on then', async () => {
  const app = start({ controllers: [Chat] })
  const ann = await app.connect()
  isHanging = true
  const before = app.clock.now()
  const closing = app.close()
  await ann.closed
  await app.clock.advance(4_000)
  expect(app.status).toBe('closing')
  await app.clock.advance(1_000)
  await closing
  expect(app.status).toBe('closed')
  expect(app.clock.now() - before).toBeGreaterThanOrEqual(5_000)
})
