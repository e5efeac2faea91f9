import { beforeEach, describe, expect, it } from '@jest/globals'
import { jsonCodec, type WsCodec, type WsEventMap, type WsFrame, type WsLogger } from 'enfilade'
import {
  expectHealthy,
  failAt,
  failNowhere,
  hook,
  internal,
  room,
  startHooks,
  ways,
} from '../support/failing-app.js'
import { failureOf } from '../support/outcome.js'
import { UpgradeRefused } from '../support/wire-error.js'

beforeEach(failNowhere)

describe.each(ways)('a hook that %s', (_way, how) => {
  it.each([
    ['middleware', 'go', internal],
    ['handler', 'go', internal],
    ['validator', 'check', internal],
    ['join', 'join', internal],
    ['join', 'join-by-hand', internal],
    ['subscribe', 'join', { code: 503, message: 'The room cannot be reached at present' }],
  ])('as %s is an error reply to %s, logged and counted', async (name, event, failure) => {
    const { app, bystander, connect, connectV1, logger } = await startHooks()
    const [client, v1] = await Promise.all([connect(), connectV1()])
    await v1.nextPush('$welcome')
    const told: WsEventMap['error'][] = []
    app.events.on('error', (error) => told.push(error))
    failAt(name, how)
    const data = { text: 'x', size: 1 }
    expect(await failureOf(client.call(event, room, data))).toEqual(failure)
    const entry = await logger.next('error')
    expect(entry.fields).toHaveProperty('err')
    expect(app.counters.errors).toMatchObject({ [failure.code]: 1 })
    expect(told[0]).toMatchObject({ ...failure, handler: expect.any(String), event, path: room })

    v1.send(event, room, data)
    const push = await v1.nextPush('$error')
    expect(push).toEqual({ event: '$error', path: room, data: { ...failure, event, path: room } })
    expect(app.rooms.size).toBe(0)
    await expectHealthy(bystander)

    failNowhere()
    await client.call(event, room, data)
  })

  it('as authorize closes with 1011, or answers 500, is logged and counted', async () => {
    const authorize = (): unknown => hook('authorize', {})
    const closing = await startHooks({ authorize })
    const refusing = await startHooks({ authorize, refuse: 'http' })
    failAt('authorize', how)
    const client = await closing.connect()
    expect(await client.closed).toEqual({ code: 1011, reason: 'Internal Error' })
    const refused = await refusing.connect().catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(UpgradeRefused)
    expect(refused).toMatchObject({ status: 500, body: 'Internal Error\n' })
    for (const { app, bystander, logger } of [closing, refusing]) {
      expect((await logger.next('error')).message).toBe('authorize failed')
      await expectHealthy(bystander)
      expect(app.server.size).toBe(1)
    }
    expect(closing.app.counters.refused).toEqual({ 1011: 1 })
    expect(refusing.app.counters.refused).toEqual({ 500: 1 })
  })

  it('as @OnConnect closes with 1011, is logged and counted', async () => {
    const { app, bystander, connect, logger } = await startHooks()
    failAt('connect', how)
    const client = await connect()
    expect(await client.closed).toEqual({ code: 1011, reason: 'Internal Error' })
    expect((await logger.next('error')).fields).toMatchObject({ handler: 'Hooks.connect' })
    expect(app.counters.errors).toEqual({ 500: 1 })
    await expectHealthy(bystander)
  })

  it.each(['disconnect', 'leave'])(
    'as @On%s is logged and counted, and the connection is forgotten all the same',
    async (name) => {
      const { app, bystander, connect, logger } = await startHooks()
      const client = await connect()
      await client.call('join', room)
      failAt(name, how)
      await client.close()
      const { fields } = await logger.next('error')
      expect(fields.handler).toBe(name === 'leave' ? 'Hooks.left' : 'Hooks.disconnect')
      await expectHealthy(bystander)
      expect(app.counters.errors).toEqual({ 500: 1 })
      expect(app.rooms.size).toBe(0)
      expect(app.server.size).toBe(1)
    },
  )

  it('as @OnLeave is no error of the message that leaves', async () => {
    const { bystander, logger } = await startHooks()
    await bystander.call('join', room)
    failAt('leave', how)
    expect(await bystander.call('leave', room)).toBe('left')
    await logger.next('error')
    await expectHealthy(bystander)
  })

  it.each([
    ['publish', 'say'],
    ['unsubscribe', 'leave'],
  ])('as %s of a transport is logged and counted, and %s succeeds', async (name, event) => {
    const { app, bystander, connect, logger } = await startHooks()
    const client = await connect()
    await bystander.call('join', '/room/other')
    const [sender, listener] = event === 'say' ? [client, bystander] : [client, client]
    await listener.call('join', room)
    const told: WsEventMap['error'][] = []
    app.events.on('error', (error) => told.push(error))
    failAt(name, how)
    await sender.call(event, room)
    const { message, fields } = await logger.next('error')
    expect(message).toBe(`the broadcast transport failed to ${name}`)
    expect(fields.channel).toBe(`ws:room:${room}`)
    expect(app.counters.errors).toEqual({ 503: 1 })
    expect(told).toMatchObject([{ code: 503, message }])
    if (event === 'say') expect(await listener.nextPush('say')).toMatchObject({ data: 'said' })
    await expectHealthy(bystander)
  })

  it('as a listener of events is logged, and the other listeners hear', async () => {
    const { app, bystander, connect, logger } = await startHooks()
    const heard: string[] = []
    const events = ['connect', 'disconnect', 'error', 'drop'] as const
    for (const name of events) {
      app.events.on(name, () => hook<undefined>('listener'))
      app.events.on(name, () => void heard.push(name))
    }
    failAt('listener', how)
    const client = await connect()
    await failureOf(client.call('nothing', room))
    client.sendRaw('no message')
    await client.call('ping', room)
    await client.close()
    for (let count = 0; count < 5; count++) {
      expect((await logger.next('error')).message).toBe('a listener failed')
    }
    expect(heard).toEqual(expect.arrayContaining(['connect', 'error', 'drop', 'disconnect']))
    await expectHealthy(bystander)
  })

  it('as a logger harms nothing', async () => {
    const log = (): void => hook('logger')
    const logger: WsLogger = { debug: log, info: log, warn: log, error: log }
    const { bystander, connectV1 } = await startHooks({
      logger,
      authorize: ({ query }) => {
        if (query.has('refuse')) throw new Error('secret')
        return {}
      },
    })
    failAt('logger', how)
    const client = await connectV1()
    await client.nextPush('$welcome')
    client.send('nothing', room)
    expect(await client.nextPush('$error')).toMatchObject({ data: { code: 404 } })
    failNowhere()
    await expectHealthy(bystander)
  })

  it('as decode of a codec is 400 to who sent the message', async () => {
    const codec: WsCodec = {
      ...jsonCodec,
      decode: (frame) =>
        String(frame).includes('ping') ? jsonCodec.decode(frame) : hook('decode', {}),
    }
    const { app, bystander, connectV1 } = await startHooks({ codec })
    const client = await connectV1()
    await client.nextPush('$welcome')
    failAt('decode', how)
    client.send('go', room)
    expect(await client.nextPush('$error')).toMatchObject({
      data: { code: 400, message: 'The message cannot be decoded' },
    })
    expect(app.counters).toMatchObject({ errors: { 400: 1 }, drops: { malformed: 1 } })
    await expectHealthy(bystander)
  })

  it('as encode of a codec is logged and counted, whatever should have been sent', async () => {
    const encode = (record: Parameters<WsCodec['encode']>[0]): WsFrame => {
      const frame = jsonCodec.encode(record)
      return String(frame).includes('pong') ? frame : hook('encode', frame)
    }
    const { app, bystander, connectV1, logger } = await startHooks({
      codec: { ...jsonCodec, encode },
    })
    const old = await connectV1()
    await old.call('join', room)
    await bystander.call('join', room)
    failAt('encode', how)
    const client = await connectV1()
    for (const event of ['go', 'say', '$ping', 'nothing']) {
      const before = app.counters.errors[500] ?? 0
      client.sendRaw(JSON.stringify({ event, path: room, id: 'x' }))
      client.send(event, room)
      await client.call('ping', room)
      if (event !== 'nothing') expect(app.counters.errors[500]).toBeGreaterThan(before)
    }
    client.sendRaw('no message')
    await expectHealthy(client)
    expect(client.pushes).toEqual([])
    expect(logger.errors().length).toBeGreaterThan(3)
    await expectHealthy(bystander)
    await app.close({ drain: 1 })
  })
})

describe('data that is wrong in two places, one found at once and one later', () => {
  const wrong = { text: 'x', size: 'no' }

  it.each([
    ['check-list', [wrong, 3]],
    ['check-list', [3, wrong]],
    ['check-list', [wrong, wrong]],
    ['check-twice', wrong],
  ])('of %s is one 400, and harms nobody', async (event, data) => {
    const { bystander, connect } = await startHooks()
    const client = await connect()
    expect(await failureOf(client.call(event, room, data))).toMatchObject({ code: 400 })
    await expectHealthy(client)
    await expectHealthy(bystander)
  })
})
