import { describe, expect, it } from '@jest/globals'
import { WsClientError } from 'enfilade/client'
import { createFakeWorld } from '../../support/fake-platform.js'
import { nextTurn } from '../../support/next-turn.js'

async function openWorld(...options: Parameters<typeof createFakeWorld>) {
  const world = createFakeWorld(...options)
  const socket = await world.socket()
  socket.welcome()
  await nextTurn()
  return { ...world, socket }
}

/** What a promise rejected with; fails when it did not. */
async function reasonOf(promise: Promise<unknown>): Promise<any> {
  return promise.then(
    (value) => {
      throw new Error(`Resolved with ${JSON.stringify(value)}`)
    },
    (error: unknown) => error,
  )
}

describe('call', () => {
  it('resolves with the data of its own reply, whatever the order', async () => {
    const { client, socket } = await openWorld()
    const calls = [client.call('a', '/x', { n: 1 }), client.call('b', '/y')]
    await nextTurn()
    expect(socket.sent).toEqual([
      { event: 'a', path: '/x', data: { n: 1 }, id: expect.any(Number) },
      { event: 'b', path: '/y', id: expect.any(Number) },
    ])
    socket.reply('b', 'for b')
    socket.reply('a', 'for a')
    expect(await Promise.all(calls)).toEqual(['for a', 'for b'])
  })

  it("rejects with the server's code, message and details", async () => {
    const { client, socket } = await openWorld()
    const failed = reasonOf(client.call('a', '/x'))
    await nextTurn()
    const error = { code: 400, message: 'Invalid data', details: [{ field: 'text' }] }
    socket.receive(JSON.stringify({ id: socket.last('a').id, error }))
    expect(await failed).toBeInstanceOf(WsClientError)
    expect(await failed).toMatchObject({ name: 'WsClientError', ...error })
  })

  it('rejects with 408 without a reply in time, and ignores one that is late', async () => {
    const { client, socket, clock } = await openWorld({ rpcTimeout: 5000 })
    const failed = [client.call('a', '/x'), client.call('b', '/x', null, { timeout: 100 })]
    const reasons = Promise.all(failed.map(reasonOf))
    await clock.advance(5000)
    expect((await reasons).map(({ code, message }) => [code, message])).toEqual([
      [408, 'No reply within 5000 ms'],
      [408, 'No reply within 100 ms'],
    ])
    socket.reply('a')
    expect(client.status).toBe('open')
  })

  it('rejects with 503 when the connection is lost before the reply', async () => {
    const { client, socket } = await openWorld()
    const failed = reasonOf(client.call('a', '/x'))
    await nextTurn()
    socket.end(1012, 'restart')
    expect(await failed).toMatchObject({ code: 503, details: { code: 1012, reason: 'restart' } })
  })

  it('waits for the connection when there is none, and is sent once', async () => {
    const world = createFakeWorld()
    const reply = world.client.call('a', '/x')
    ;(await world.socket()).end()
    ;(await world.socket()).end()
    await world.clock.advance(250)
    const socket = await world.socket()
    socket.open()
    expect(socket.events).toEqual(['a'])
    socket.reply('a', 1)
    expect(await reply).toBe(1)
  })

  it('does not wait longer than its time-out, and is not sent afterwards', async () => {
    const world = createFakeWorld({ rpcTimeout: 1000 })
    const failed = reasonOf(world.client.call('a', '/x'))
    const socket = await world.socket()
    await world.clock.advance(1000)
    expect((await failed).code).toBe(408)
    socket.open()
    expect(socket.sent).toEqual([])
  })

  it('rejects with the reason of its signal: before, while it waits, and after it was sent', async () => {
    const world = createFakeWorld()
    const gone = AbortSignal.abort(new Error('too late'))
    const early = reasonOf(world.client.call('a', '/x', 1, { signal: gone }))
    const control = new AbortController()
    const waiting = reasonOf(world.client.call('b', '/x', 1, { signal: control.signal }))
    await nextTurn()
    control.abort()
    const socket = await world.socket()
    socket.open()
    const second = new AbortController()
    const sent = reasonOf(world.client.call('c', '/x', 1, { signal: second.signal }))
    await nextTurn()
    second.abort('enough')
    expect(await early).toEqual(new Error('too late'))
    expect((await waiting).name).toBe('AbortError')
    expect(await sent).toBe('enough')
    expect(socket.events).toEqual(['c'])
    expect(world.clock.pending).toBe(0)
  })

  it('rejects with 503 once the client is closed, and those that waited with it', async () => {
    const world = createFakeWorld()
    const waiting = reasonOf(world.client.call('a', '/x'))
    await nextTurn()
    world.client.close()
    expect(await waiting).toMatchObject({ code: 503, message: 'The client is closed' })
    expect((await reasonOf(world.client.call('b', '/x'))).code).toBe(503)
  })

  it('rejects when its data cannot be written', async () => {
    const { client, socket } = await openWorld()
    expect(await reasonOf(client.call('a', '/x', 1n))).toBeInstanceOf(TypeError)
    expect(socket.sent).toEqual([])
  })
})

describe('send', () => {
  it('writes at once, without an id', async () => {
    const { client, socket } = await openWorld()
    expect(client.send('a', '/x', { n: 1 })).toBe(true)
    expect(socket.sent).toEqual([{ event: 'a', path: '/x', data: { n: 1 } }])
  })

  it('waits while there is no connection, in order with calls, up to maxQueue', async () => {
    const world = createFakeWorld({ maxQueue: 3 })
    const { client } = world
    expect(client.send('a', '/x')).toBe(true)
    void client.call('b', '/x').catch(() => undefined)
    expect(client.send('c', '/x')).toBe(true)
    expect(client.send('d', '/x')).toBe(false)
    expect(await reasonOf(client.call('e', '/x'))).toMatchObject({ code: 429 })
    const socket = await world.socket()
    socket.open()
    expect(socket.events).toEqual(['a', 'b', 'c'])
  })

  it('is refused by a closed client, and throws what JSON throws', async () => {
    const { client, socket } = await openWorld()
    expect(() => client.send('a', '/x', 1n)).toThrow(TypeError)
    client.close()
    expect(client.send('a', '/x')).toBe(false)
    expect(socket.sent).toEqual([])
  })
})

describe('a message larger than the server takes', () => {
  const big = 'é'.repeat(60)

  it('is refused here, as the server would cut the connection', async () => {
    const world = createFakeWorld()
    const socket = await world.socket()
    socket.welcome('s1', { maxPayload: 100 })
    expect(world.client.send('a', '/x', big)).toBe(false)
    expect(await reasonOf(world.client.call('a', '/x', big))).toMatchObject({ code: 413 })
    expect(world.client.send('a', '/x', 'e'.repeat(60))).toBe(true)
    expect(socket.sent).toHaveLength(1)
  })

  it('is dropped with $error when it waited for the connection', async () => {
    const world = createFakeWorld({ token: () => 't' })
    const errors: unknown[] = []
    world.client.on('$error', '/x', (data) => errors.push(data))
    world.client.send('a', '/x', big)
    const failed = reasonOf(world.client.call('b', '/x', big))
    world.client.send('c', '/x')
    const socket = await world.socket()
    socket.welcome('s1', { maxPayload: 100 })
    socket.reply('$token')
    await nextTurn()
    expect(socket.events).toEqual(['$token', 'c'])
    expect(errors).toEqual([{ code: 413, message: expect.any(String), event: 'a', path: '/x' }])
    expect((await failed).code).toBe(413)
  })
})

it.each([
  ['no JSON', '{'],
  ['bytes', new Uint8Array([1])],
  ['null', 'null'],
  ['a list', '[]'],
  ['a push without path', '{"event":"said"}'],
  ['a path that is none', '{"event":"said","path":1}'],
  ['an error that is none', '{"id":1,"error":null}'],
  ['a reply nobody asked for', '{"id":99,"data":1}'],
])('what is no record is ignored: %s', async (_name, frame) => {
  const { client, socket, reported } = await openWorld()
  void client.call('a', '/x').catch(() => undefined)
  await nextTurn()
  socket.receive(frame)
  expect([client.status, reported]).toEqual(['open', []])
})

describe('subscribe', () => {
  it('calls subscribe, again on each connection, and unsubscribe when the last is off', async () => {
    const world = await openWorld()
    const { client, socket } = world
    const subscribing = [client.subscribe('/news', { from: 1 }), client.subscribe('/news')]
    await nextTurn()
    for (const { id } of socket.sent) socket.receive(JSON.stringify({ id, data: null }))
    const offs = await Promise.all(subscribing)

    const second = await world.dropAndRetry()
    second.open()
    await nextTurn()
    expect([client.status, second.events]).toEqual(['reconnecting', ['subscribe']])
    second.reply('subscribe')
    await nextTurn()
    expect(client.status).toBe('open')

    offs[0]?.()
    offs[0]?.()
    expect(second.events).toEqual(['subscribe'])
    offs[1]?.()
    expect(second.events).toEqual(['subscribe', 'unsubscribe'])
    const third = await world.dropAndRetry()
    third.open()
    expect(third.sent).toEqual([])
  })

  it('rejects when it is refused, and pushes $error when that happens later', async () => {
    const world = await openWorld()
    const { client, socket } = world
    const refused = reasonOf(client.subscribe('/secret'))
    const subscribed = client.subscribe('/news')
    await nextTurn()
    socket.reply('subscribe')
    const [first] = socket.sent
    socket.receive(JSON.stringify({ id: first?.id, error: { code: 403, message: 'No' } }))
    expect((await refused).code).toBe(403)
    await subscribed

    const errors: unknown[] = []
    client.on('$error', '/*', (data) => errors.push(data))
    const second = await world.dropAndRetry()
    second.open()
    await nextTurn()
    second.refuse('subscribe', 403, 'Not any more')
    await nextTurn()
    expect(errors).toEqual([
      { code: 403, message: 'Not any more', event: 'subscribe', path: '/news' },
    ])
    expect(client.status).toBe('open')
  })
})
