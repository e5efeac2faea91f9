import { describe, expect, it } from '@jest/globals'
import {
  Controller,
  Join,
  OnMessage,
  WsError,
  type WsAppOptions,
  type WsRefuseEvent,
} from 'enfilade'
import { within } from '../support/deadline.js'
import { nextTurn } from '../support/next-turn.js'
import { startApp } from '../support/start-app.js'

@Controller('/chat/:room')
class ChatController {
  @OnMessage('join')
  @Join()
  join(): void {}
}

const controllers = [ChatController]

/** Looks again in every turn of the event loop until it is so. */
async function until(isSo: () => boolean, what: string): Promise<void> {
  const looked = (async () => {
    while (!isSo()) await nextTurn()
  })()
  await within(looked, what)
}

it('what a client does not read is counted, until it has read it', async () => {
  const backpressure = { limit: 64 * 1024 * 1024, policy: 'close' } as const
  const { app, connect } = await startApp({ controllers, backpressure })
  const [slow, quick] = [await connect(), await connect()]
  for (const client of [slow, quick]) await client.call('join', '/chat/a')
  slow.pause()
  // More than the kernel takes.
  const text = 'x'.repeat(1024 * 1024)
  for (let count = 0; count < 16; count++) app.rooms.broadcast('/chat/a', 'said', '/chat/a', text)
  for (let count = 0; count < 16; count++) await quick.nextPush('said')
  const { counters } = app
  // Looked at once a second: an earlier look may have seen what the quick one had not read yet.
  const isOfOne = (): boolean => counters.queuedBytes === counters.largestQueue
  await until(() => counters.queuedBytes > 0 && isOfOne(), 'queued bytes of one client')
  expect(counters.queuedBytes).toBeLessThan(17 * text.length)
  slow.resume()
  for (let count = 0; count < 16; count++) await slow.nextPush('said')
  await until(() => counters.queuedBytes === 0, 'an empty queue')
  expect(counters).toMatchObject({ largestQueue: 0, broadcasts: 16, pushes: 32, drops: {} })
})

it('what is counted now is nothing when the app has closed', async () => {
  const { app, connectV1, stop } = await startApp({ controllers })
  await (await connectV1()).call('join', '/chat/a')
  expect(app.counters).toMatchObject({ connections: 1, rooms: 1, memberships: 1 })
  await stop()
  expect(app.counters).toMatchObject({ connections: 0, rooms: 0, memberships: 0, inFlight: 0 })
  expect(app.counters).toMatchObject({ queuedBytes: 0, largestQueue: 0, closed: { 1001: 1 } })
})

describe('the event refuse', () => {
  const rows: [string, Partial<WsAppOptions>, Partial<WsRefuseEvent>][] = [
    ['an HTTP status', { refuse: 'http', origins: '*' }, { code: 403, reason: 'Not you' }],
    ['the code of the close', { origins: '*' }, { code: 4403, reason: 'Not you' }],
    ['an Origin that is not allowed', { origins: ['https://a.example'] }, { code: 403 }],
  ]

  it.each(rows)('has %s, and what the client asked for', async (_what, options, expected) => {
    const authorize = (): never => {
      throw new WsError(403, 'Not you')
    }
    const { app, connect } = await startApp({ controllers, authorize, ...options })
    const told: WsRefuseEvent[] = []
    app.events.on('refuse', (event) => told.push(event))
    const client = connect({ path: '/chat/a?token=secret', origin: 'https://b.example' })
    await client.then(({ closed }) => closed).catch(() => undefined)
    expect(told).toEqual([
      { reason: expect.any(String), ...expected, path: '/chat/a', remoteAddress: '127.0.0.1' },
    ])
  })
})
