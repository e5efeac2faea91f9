import { describe, expect, it } from '@jest/globals'
import { gate, message, nextClose, order, start } from '../support/limited-app.js'
import { openRaw, upgradeAnswer } from '../support/open-raw.js'
import { opcodes } from '../support/raw-frames.js'

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
