import { describe, expect, it, jest } from '@jest/globals'
import { WsClientError } from 'enfilade/client'
import { createFakeWorld, type FakeWorld } from '../../support/fake-platform.js'
import { nextTurn } from '../../support/next-turn.js'

/** Status and why, as the client tells them. */
function statuses({ client }: FakeWorld): [string, number?, string?][] {
  const told: [string, number?, string?][] = []
  client.onStatus((status, close) => {
    told.push(close ? [status, close.code, close.reason] : [status])
  })
  return told
}

async function openWorld(...options: Parameters<typeof createFakeWorld>): Promise<FakeWorld> {
  const world = createFakeWorld(...options)
  const socket = await world.socket()
  socket.welcome()
  await nextTurn()
  return world
}

describe('connecting', () => {
  it('offers enfilade.v1 and is open when the socket is', async () => {
    const world = createFakeWorld()
    const told = statuses(world)
    expect(world.client.status).toBe('connecting')
    const socket = await world.socket()
    expect([socket.url, socket.protocols]).toEqual(['ws://fake/', ['enfilade.v1']])
    socket.open()
    expect(world.client.status).toBe('open')
    expect(told).toEqual([['open']])
    expect(socket.sent).toEqual([])
  })

  it('tries without a subprotocol at once when it is not accepted with one', async () => {
    const world = createFakeWorld()
    const told = statuses(world)
    ;(await world.socket()).end()
    const plain = await world.socket()
    expect(plain.protocols).toEqual([])
    plain.open()
    expect(told).toEqual([['open']])
    const next = await world.dropAndRetry()
    expect(next.protocols).toEqual(['enfilade.v1'])
    next.end()
    ;(await world.socket()).end(1006, 'down')
    expect(world.client.status).toBe('reconnecting')
    expect(world.sockets).toHaveLength(4)
  })

  it('does not do so once the server has spoken enfilade.v1, nor with a token', async () => {
    const world = await openWorld()
    ;(await world.dropAndRetry()).end()
    await nextTurn()
    expect(world.sockets).toHaveLength(2)
    const withToken = createFakeWorld({ token: () => 't' })
    ;(await withToken.socket()).end()
    await nextTurn()
    expect(withToken.sockets).toHaveLength(1)
  })

  it('gives an attempt up that takes too long', async () => {
    const world = createFakeWorld({ connectTimeout: 3000 })
    const told = statuses(world)
    const first = await world.socket()
    await world.clock.advance(3000)
    expect(told).toEqual([['reconnecting', 1006, 'No connection within 3000 ms']])
    expect(first.closedWith).toBeDefined()
    await world.clock.advance(250)
    first.open()
    expect(world.client.status).toBe('reconnecting')
    ;(await world.socket()).open()
    expect(world.client.status).toBe('open')
  })

  it('asks for the address at each attempt, and tries again when that fails', async () => {
    let attempt = 0
    const world = createFakeWorld({}, async () => {
      if (++attempt === 1) throw new Error('no address yet')
      return `ws://fake/${attempt}`
    })
    const told = statuses(world)
    await world.clock.advance(250)
    expect(told).toEqual([['reconnecting', 1006, 'no address yet']])
    expect((await world.socket()).url).toBe('ws://fake/2')
  })
})

describe('after a loss', () => {
  it('waits longer each time, and starts anew after a connection that lasted', async () => {
    const world = await openWorld()
    const pauses: number[] = []
    for (const lasted of [5000, 0, 0, 4999, 5000]) {
      await world.clock.advance(lasted)
      const before = world.sockets.length
      world.sockets.at(-1)?.end()
      const from = world.clock.now()
      while (world.sockets.length === before) await world.clock.advance(50)
      pauses.push(world.clock.now() - from)
      ;(await world.socket()).open()
    }
    expect(pauses).toEqual([250, 500, 1000, 2000, 250])
  })

  it.each([1001, 1005, 1006, 1011, 1012, 1013, 3000])('%i is worth another try', async (code) => {
    const world = await openWorld()
    const told = statuses(world)
    ;(await world.dropAndRetry(code)).open()
    expect(told).toEqual([['reconnecting', code, ''], ['open']])
  })

  it.each([1000, 4000, 4401, 4409, 4999])('%i is final', async (code) => {
    const world = await openWorld()
    const told = statuses(world)
    ;(await world.socket()).end(code, 'enough')
    await world.clock.advance(3_600_000)
    expect(told).toEqual([['closed', code, 'enough']])
    expect(world.sockets).toHaveLength(1)
    expect([world.clock.pending, world.isListening()]).toEqual([0, false])
  })

  it('is closed when it is not to reconnect', async () => {
    const world = await openWorld({ reconnect: false })
    ;(await world.socket()).end(1006)
    expect(world.client.status).toBe('closed')
  })

  it('tries at once when the network is back or somebody looks', async () => {
    const world = await openWorld()
    ;(await world.socket()).end()
    world.wake()
    await nextTurn()
    expect(world.sockets).toHaveLength(2)
    world.wake()
    await world.clock.advance(5000)
    expect(world.sockets).toHaveLength(2)
  })

  it('stays away as long as $closing asks for, whoever looks', async () => {
    const world = await openWorld()
    const socket = await world.socket()
    socket.push('$closing', '/', { code: 1012, retryAfter: 30_000 })
    // The server drains, and the client may be quiet meanwhile.
    await world.clock.advance(20_000)
    socket.end(1012)
    world.wake()
    await world.clock.advance(30_000)
    expect(world.sockets).toHaveLength(1)
    await world.clock.advance(250)
    expect(world.sockets).toHaveLength(2)
  })

  it('connects again after a final code when it is asked to', async () => {
    const world = await openWorld()
    ;(await world.socket()).end(4401)
    world.client.connect()
    world.client.connect()
    ;(await world.socket()).open()
    expect([world.client.status, world.sockets.length]).toEqual(['open', 2])
    expect(world.isListening()).toBe(true)
  })
})

describe('a connection that died without a word', () => {
  it('is found by $ping, and replaced', async () => {
    const world = await openWorld()
    const told = statuses(world)
    const socket = await world.socket()
    await world.clock.advance(25_000)
    expect(socket.last('$ping')).toEqual({ event: '$ping', path: '/', id: expect.any(Number) })
    socket.reply('$ping')
    await world.clock.advance(25_000)
    expect(told).toEqual([])
    await world.clock.advance(10_000)
    expect(told).toEqual([['reconnecting', 1006, 'The server gave no sign of life']])
    expect(socket.closedWith).toBeDefined()
  })

  it('is asked when somebody looks at the page again', async () => {
    const world = await openWorld()
    world.wake()
    expect((await world.socket()).events).toEqual(['$ping'])
    await world.clock.advance(10_000)
    expect(world.client.status).toBe('reconnecting')
  })

  it.each([
    ['', 'chose no subprotocol'],
    ['enfilade.v1', 'accepts any subprotocol it sees'],
  ] as const)('is not asked by a server that %j: %s', async (protocol, _what) => {
    const world = createFakeWorld()
    const socket = await world.socket()
    socket.open(protocol)
    world.wake()
    await world.clock.advance(3_600_000)
    expect(socket.sent).toEqual([])
    expect(world.client.status).toBe('open')
  })
})

describe('token', () => {
  it('is asked for at each attempt, and is the first message', async () => {
    let count = 0
    const world = createFakeWorld({ token: async () => `t${++count}` })
    world.client.send('hello', '/')
    const first = await world.socket()
    first.welcome()
    expect(first.sent).toEqual([
      { event: '$token', path: '/', data: { token: 't1' }, id: expect.any(Number) },
    ])
    expect(world.client.status).toBe('connecting')
    first.reply('$token')
    await nextTurn()
    expect([world.client.status, first.events]).toEqual(['open', ['$token', 'hello']])

    const second = await world.dropAndRetry()
    second.welcome()
    expect(second.sent[0]?.data).toEqual({ token: 't2' })
  })

  it('is not sent when there is none', async () => {
    const world = createFakeWorld({ token: () => undefined })
    const socket = await world.socket()
    socket.welcome()
    expect([world.client.status, socket.sent]).toEqual(['open', []])
  })

  it.each([
    [401, 4401],
    [403, 4403],
    [400, 4400],
    [1234, 4400],
  ])('that is refused with %i closes with %i', async (code, closed) => {
    const world = createFakeWorld({ token: () => 't' })
    const told = statuses(world)
    const socket = await world.socket()
    socket.welcome()
    socket.refuse('$token', code, 'No')
    await nextTurn()
    expect(told).toEqual([['closed', closed, 'No']])
    expect(socket.closedWith).toEqual([1000, undefined])
  })

  it.each([429, 500, 503])('that meets %i is tried again', async (code) => {
    const world = createFakeWorld({ token: () => 't' })
    const socket = await world.socket()
    socket.welcome()
    socket.refuse('$token', code, 'Later')
    await nextTurn()
    expect(world.client.status).toBe('reconnecting')
  })

  it('that nobody answers is tried again', async () => {
    const world = createFakeWorld({ token: () => 't' })
    ;(await world.socket()).welcome()
    await world.clock.advance(10_000)
    expect(world.client.status).toBe('reconnecting')
  })

  it('is tried again when it cannot be had, and given up when it is denied', async () => {
    const answers = [new TypeError('offline'), new WsClientError(401, 'Signed out')]
    const world = createFakeWorld({ token: () => Promise.reject(answers.shift()!) })
    const told = statuses(world)
    await world.clock.advance(20_000)
    expect(told).toEqual([
      ['reconnecting', 1006, 'offline'],
      ['closed', 4401, 'Signed out'],
    ])
  })

  it('is not handed to a server that does not speak enfilade.v1', async () => {
    const world = createFakeWorld({ token: () => 't' })
    const told = statuses(world)
    const socket = await world.socket()
    socket.open()
    await nextTurn()
    expect(told).toEqual([['closed', 4401, expect.stringContaining('enfilade.v1')]])
    expect(socket.sent).toEqual([])
  })

  it('is renewed by itself when the server says that the session runs out', async () => {
    const tokens = ['old', 'new']
    const world = createFakeWorld({ token: () => tokens.shift() })
    const socket = await world.socket()
    socket.welcome()
    socket.reply('$token')
    await nextTurn()
    socket.push('$error', '/', { code: 403, message: 'No', event: '$token', path: '/' })
    socket.push('$error', '/', { code: 401, message: 'No', event: 'say', path: '/' })
    await nextTurn()
    expect(tokens).toEqual(['new'])
    socket.push('$error', '/', { code: 401, message: 'Expired', event: '$token', path: '/' })
    await nextTurn()
    expect(socket.last('$token').data).toEqual({ token: 'new' })
  })

  it('is renewed by refreshToken', async () => {
    const tokens = ['old', 'new']
    const world = createFakeWorld({ token: () => tokens.shift() })
    const socket = await world.socket()
    socket.welcome()
    socket.reply('$token')
    await nextTurn()
    const refreshed = world.client.refreshToken()
    await nextTurn()
    expect(socket.last('$token').data).toEqual({ token: 'new' })
    socket.refuse('$token', 403, 'No')
    await expect(refreshed).rejects.toMatchObject({ code: 403 })
    expect(world.client.status).toBe('open')
  })
})

describe('close', () => {
  it('ends the connection with 1000, and every timer', async () => {
    const world = await openWorld()
    const told = statuses(world)
    world.client.close()
    world.client.close()
    expect(told).toEqual([['closed', 1000, 'The client closed']])
    expect((await world.socket()).closedWith).toEqual([1000, undefined])
    await world.clock.advance(3_600_000)
    expect([world.sockets.length, world.clock.pending, world.isListening()]).toEqual([1, 0, false])
  })

  it('ends an attempt, even one that only asks for its token', async () => {
    const token = jest.fn(async () => 't')
    const world = createFakeWorld({ token })
    world.client.close()
    await nextTurn()
    expect(token).toHaveBeenCalledTimes(1)
    expect([world.sockets.length, world.client.status]).toEqual([0, 'closed'])
  })

  it('may be called by whoever hears of the status', async () => {
    const world = await openWorld()
    world.client.onStatus((status) => {
      if (status === 'reconnecting') world.client.close()
    })
    ;(await world.socket()).end()
    await world.clock.advance(60_000)
    expect([world.sockets.length, world.client.status]).toEqual([1, 'closed'])
  })
})
