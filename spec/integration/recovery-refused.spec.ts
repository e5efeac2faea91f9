import { beforeEach, describe, expect, it } from '@jest/globals'
import { defer } from '../support/deadline.js'
import { failureOf } from '../support/outcome.js'
import {
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

describe('nothing is resumed', () => {
  const nothing = { resumed: false, rooms: {} }

  it.each([1000, 1001, 4000])('after the client closed with %i', async (code) => {
    const started = await startApp(options)
    const ann = await enter(started)
    await ann.client.close(code)
    while (!events.includes('leave')) await new Promise(setImmediate)
    expect(await resume(await open(started), ann)).toEqual(nothing)
  })

  it.each([1000, 4001])('after the server closed with %i', async (code) => {
    const started = await startApp(options)
    const ann = await enter(started)
    ann.client.send('close', path, code)
    await ann.client.closed
    expect(await resume(await open(started), ann)).toEqual(nothing)
  })

  it('for another user, nor for one without a session, or with a wrong one', async () => {
    const started = await startApp(options)
    const ann = await enter(started, 'ann')
    await drop(started, ann)
    expect(await resume(await open(started, 'ben'), ann)).toEqual(nothing)
    expect(await resume(await open(started), ann)).toEqual(nothing)
    expect(await resume(await open(started, 'ann'), { ...ann, session: ann.id })).toEqual(nothing)
    const plain = await started.connect({ path: '/?user=ann' })
    expect(await resume(plain, ann)).toEqual(nothing)
    expect(await resume(await open(started, 'ann'), ann)).toMatchObject({ resumed: true })
  })

  it('after revoke', async () => {
    const started = await startApp(options)
    const ann = await enter(started, 'ann')
    await drop(started, ann)
    await started.app.server.revoke('ann')
    expect(events).toContain('leave')
    expect(await resume(await open(started, 'ann'), ann)).toEqual(nothing)
  })

  it('when recovery is off', async () => {
    const started = await startApp({ ...options, recovery: false })
    const ann = await enter(started)
    await drop(started, ann)
    expect(events).toEqual(['connect', 'join', 'disconnect', 'leave'])
    expect(await resume(await open(started), ann)).toEqual(nothing)
  })

  it('when the window is over', async () => {
    const started = await startApp({ ...options, recovery: { window: 1 } })
    const ann = await enter(started)
    await drop(started, ann)
    expect(events).not.toContain('disconnect')
    while (!events.includes('leave')) await new Promise(setImmediate)
    expect(events).toEqual(['connect', 'join', 'disconnect', 'leave'])
    expect(await resume(await open(started), ann)).toEqual(nothing)
  })
})

it.each([
  ['no session', {}, '$resume needs { session }, a text'],
  ['no object', null, '$resume needs { session }, a text'],
  ['rooms that are none', { session: 'x', rooms: 7 }, '$resume: rooms is an object'],
])('$resume with %s is answered with 400', async (_name, data, message) => {
  const client = await open(await startApp(options))
  expect(await failureOf(client.call('$resume', '/', data))).toEqual({ code: 400, message })
})

it('$resume comes before messages whose handlers are not finished', async () => {
  const started = await startApp(options)
  const ann = await enter(started)
  const { promise, resolve } = defer<void>()
  const client = await open(started)
  holds.gate = promise
  const waiting = client.call('wait', path)
  expect(await failureOf(resume(client, ann))).toMatchObject({ code: 409 })
  resolve()
  expect(await waiting).toBe('done')
})

it.each([0, 'on', { window: 0 }, { window: 1.5 }, { seconds: 5 }])(
  'the option recovery cannot be %j',
  async (recovery) => {
    await expect(startApp({ ...options, recovery: recovery as never })).rejects.toThrow(
      'createWsApp.recovery',
    )
  },
)
