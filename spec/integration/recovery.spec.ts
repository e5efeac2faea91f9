import { beforeEach, describe, expect, it } from '@jest/globals'
import { WsError } from 'enfilade'
import { defer } from '../support/deadline.js'
import { failureOf } from '../support/outcome.js'
import {
  Chat,
  SlowStart,
  banned,
  beginAnew,
  drop,
  enter,
  events,
  holds,
  open,
  options,
  path,
  resume,
} from '../support/recovery-app.js'
import { startApp } from '../support/start-app.js'

beforeEach(beginAnew)

describe('a client that lost its connection and comes back', () => {
  it('goes on as the same connection, in its rooms, and gets what it missed before what is new', async () => {
    const started = await startApp(options)
    const [ann, ben] = [await enter(started), await enter(started)]
    await ben.client.call('say', path, 1)
    await ann.client.nextPush('said')
    await drop(started, ann)
    await ben.client.call('say', path, 2)
    await ben.client.call('say', path, 3)
    const client = await open(started)
    const reply = resume(client, { ...ann, position: { ...ann.position, seq: 1 } })
    ben.client.send('say', path, 4)
    expect(await reply).toEqual({ resumed: true, rooms: { [path]: 'recovered' } })
    for (const seq of [2, 3, 4]) {
      expect(await client.nextPush('said')).toMatchObject({ seq, data: seq })
    }
    expect(await client.call('who', path)).toEqual({ id: ann.id, rooms: [path] })
    expect(started.app.server.getConnection(ann.id)?.isOpen).toBe(true)
    expect(started.app.server.size).toBe(2)
    expect(client.pushes.filter(({ event }) => event === 'said')).toHaveLength(3)
  })

  it('does not get its own broadcasts, nor what it has', async () => {
    const started = await startApp(options)
    const [ann, ben] = [await enter(started), await enter(started)]
    await ben.client.call('say', path, 1)
    await ann.client.call('say', path, 2)
    await ben.client.call('say', path, 3)
    await drop(started, ann)
    const client = await open(started)
    await resume(client, { ...ann, position: { ...ann.position, seq: 1 } })
    const pushes = await client.pushesUntil({ event: 'who', path }, 'said')
    expect(pushes.map(({ data }) => data)).toEqual([3])
  })

  it('enters and leaves nothing, and only the connection that lent its socket comes and goes', async () => {
    const started = await startApp(options)
    const ann = await enter(started)
    await drop(started, ann)
    expect(events).toEqual(['connect', 'join'])
    const client = await open(started)
    await resume(client, ann)
    // Asked again, as for a new session.
    expect(events).toEqual(['connect', 'join', 'connect', 'join', 'disconnect'])
    await client.close(1000)
    await started.stop()
    expect(events.slice(5)).toEqual(['disconnect', 'leave'])
  })

  it.each([
    ['has seen another epoch', { epoch: 'other', seq: 0 }],
    ['has missed more than is kept', { seq: -1 }],
    ['is ahead of the room', { seq: 99 }],
    ['knows nothing', { epoch: '', seq: 0 }],
    ['talks nonsense', { epoch: 7, seq: {} }],
  ])('is told of a gap when it %s', async (_name, wrong) => {
    const started = await startApp(options)
    const [ann, ben] = [await enter(started), await enter(started)]
    await drop(started, ann)
    await ben.client.call('say', path, 1)
    const client = await open(started)
    const reply = await resume(client, { ...ann, position: { ...ann.position, ...wrong } as never })
    expect(reply).toEqual({ resumed: true, rooms: { [path]: 'gap' } })
    expect(await client.nextPush('$joined')).toMatchObject({ data: { ...ann.position, seq: 1 } })
    await ben.client.call('say', path, 2)
    expect(await client.nextPush('said')).toMatchObject({ seq: 2 })
  })

  it('is told of a gap in rooms without history, and of rooms that it is not in', async () => {
    const started = await startApp(options)
    const ann = await enter(started)
    await ann.client.call('join', '/plain/b')
    await drop(started, ann)
    const client = await open(started)
    const rooms = { '/plain/b': { epoch: '', seq: 0 }, '/chat/z': ann.position, __proto__: null }
    expect(await client.call('$resume', '/', { session: ann.session, rooms })).toEqual({
      resumed: true,
      rooms: { [path]: 'gap', '/plain/b': 'gap', '/chat/z': 'refused' },
    })
  })

  it('is out of rooms that @OnJoin refuses now', async () => {
    const started = await startApp(options)
    const ann = await enter(started, 'ann')
    await drop(started, ann)
    banned.add('ann')
    const client = await open(started, 'ann')
    expect(await resume(client, ann)).toEqual({ resumed: true, rooms: { [path]: 'refused' } })
    expect(await client.call('who', path)).toMatchObject({ id: ann.id, rooms: [] })
    expect(events.filter((event) => event === 'leave')).toHaveLength(1)
  })

  it('may only read where it might before', async () => {
    const started = await startApp(options)
    const ann = await enter(started)
    started.app.rooms.setAccess(started.app.server.getConnection(ann.id)!, path, 'read')
    await drop(started, ann)
    const client = await open(started)
    await resume(client, ann)
    expect(await failureOf(client.call('say', path, 1))).toMatchObject({ code: 403 })
  })

  it('closes the former socket with 4409 when that is still open, whose end does nothing then', async () => {
    const started = await startApp(options)
    const ann = await enter(started)
    const client = await open(started)
    expect(await resume(client, ann)).toMatchObject({ resumed: true })
    expect(await ann.client.closed).toEqual({
      code: 4409,
      reason: 'Replaced by a newer connection',
    })
    expect(await client.call('who', path)).toMatchObject({ id: ann.id, rooms: [path] })
    expect(started.app.counters.connections).toBe(1)
    const third = await open(started)
    expect(await resume(third, ann)).toMatchObject({ resumed: true })
    expect((await client.closed).code).toBe(4409)
    expect(await third.call('who', path)).toMatchObject({ id: ann.id, rooms: [path] })
  })

  it('gets no reply to what it asked by the former socket', async () => {
    const started = await startApp(options)
    const ann = await enter(started)
    const { promise, resolve } = defer<void>()
    holds.gate = promise
    ann.client.send('wait', path)
    ann.client.sendRaw(JSON.stringify({ event: 'wait', path, id: 77 }))
    await ann.client.call('$ping', '/')
    await drop(started, ann)
    delete holds.gate
    const client = await open(started)
    await resume(client, ann)
    resolve()
    await client.call('who', path)
    await client.call('wait', path)
    expect(client.strays).toEqual([])
  })

  it('is not told when that fails, and listeners are told where', async () => {
    const started = await startApp(options)
    const failed: unknown[] = []
    started.app.events.on('error', (event) => failed.push(event))
    const ann = await enter(started)
    const { promise, reject } = defer<void>()
    holds.gate = promise
    ann.client.sendRaw(JSON.stringify({ event: 'wait', path, id: 77 }))
    await ann.client.call('$ping', '/')
    await drop(started, ann)
    delete holds.gate
    const client = await open(started)
    await resume(client, ann)
    reject(new WsError(418, 'no tea'))
    await client.call('who', path)
    expect(client.strays).toEqual([])
    const where = { event: 'wait', path, handler: 'Chat.wait', pattern: '/chat/:room' }
    expect(failed).toMatchObject([{ code: 418, ...where }])
  })

  it('has what it sends meanwhile handled when it is back', async () => {
    const started = await startApp(options)
    const ann = await enter(started)
    await drop(started, ann)
    const { promise, resolve } = defer<void>()
    holds.gate = promise
    const client = await open(started)
    const resumed = resume(client, ann)
    const who = client.call('who', path)
    const pong = client.call('$ping', '/')
    while (events.length < 4) await new Promise(setImmediate)
    resolve()
    expect(await resumed).toMatchObject({ resumed: true })
    expect(await who).toMatchObject({ id: ann.id })
    expect(await pong).toBe(null)
  })
})

it('a $resume that waits for @OnConnect is handled with all that came behind it', async () => {
  const started = await startApp({ ...options, controllers: [Chat, SlowStart] })
  const ann = await enter(started)
  await drop(started, ann)
  const { promise, resolve } = defer<void>()
  holds.opening = promise
  const client = await open(started)
  const resumed = resume(client, ann)
  const who = client.call('who', path)
  await new Promise(setImmediate)
  resolve()
  expect(await resumed).toMatchObject({ resumed: true })
  expect(await who).toMatchObject({ id: ann.id, rooms: [path] })
})

describe('of two that continue one session at the same time', () => {
  it('the later one wins', async () => {
    const started = await startApp(options)
    const ann = await enter(started)
    await drop(started, ann)
    const { promise, resolve } = defer<void>()
    holds.gate = promise
    const [first, second] = [await open(started), await open(started)]
    const early = failureOf(resume(first, ann))
    while (events.filter((event) => event === 'join').length < 2) await new Promise(setImmediate)
    const late = resume(second, ann)
    while (events.filter((event) => event === 'join').length < 3) await new Promise(setImmediate)
    resolve()
    expect(await early).toMatchObject({ code: 409 })
    expect(await late).toMatchObject({ resumed: true })
    expect((await first.closed).code).toBe(4409)
    expect(await second.call('who', path)).toMatchObject({ id: ann.id })
  })

  it('one that is lost meanwhile leaves the session to be continued', async () => {
    const started = await startApp(options)
    const ann = await enter(started)
    await drop(started, ann)
    const { promise, resolve } = defer<void>()
    holds.gate = promise
    const first = await open(started)
    void resume(first, ann).catch(() => undefined)
    while (events.filter((event) => event === 'join').length < 2) await new Promise(setImmediate)
    first.terminate()
    while (started.app.server.size > 0) await new Promise(setImmediate)
    resolve()
    delete holds.gate
    const second = await open(started)
    expect(await resume(second, ann)).toMatchObject({ resumed: true })
    expect(await second.call('who', path)).toMatchObject({ id: ann.id })
  })
})

it.each([1013, 1001, 3999])('a session goes on after the server closed with %i', async (code) => {
  const started = await startApp(options)
  const ann = await enter(started)
  ann.client.send('close', path, code)
  await ann.client.closed
  expect(await resume(await open(started), ann)).toMatchObject({ resumed: true })
})

it('an app that closes takes leave of lost connections at once', async () => {
  const started = await startApp(options)
  const ann = await enter(started)
  await drop(started, ann)
  await started.app.close()
  expect(events).toEqual(['connect', 'join', 'disconnect', 'leave'])
  expect(started.app.rooms.size).toBe(0)
})
