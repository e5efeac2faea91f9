import { beforeEach, describe, expect, it } from '@jest/globals'
import {
  createPublisher,
  MemoryBroadcastHub,
  MemoryBroadcastTransport,
  type PublishResult,
} from 'enfilade'
import { FakeTransport } from '../../support/fake-transport.js'
import { ChatController } from '../../support/fixtures/chat-controller.js'
import { startApp } from '../../support/start-app.js'

const room = '/chat/general'

/** A transport that knows whether it takes what is published. */
class TellingTransport extends FakeTransport {
  results: (PublishResult | Error)[] = []

  override async publish(channel: string, payload: string): Promise<PublishResult> {
    void super.publish(channel, payload)
    const result = this.results.shift() ?? { accepted: true }
    if (result instanceof Error) throw result
    return result
  }
}

let transport: TellingTransport

beforeEach(() => {
  transport = new TellingTransport()
})

describe('createPublisher', () => {
  it('reaches a room of an app, and everybody, from outside', async () => {
    const hub = new MemoryBroadcastHub()
    const { connect } = await startApp({
      controllers: [ChatController],
      broadcastTransport: new MemoryBroadcastTransport(hub),
    })
    const [ann, bob] = [await connect(), await connect()]
    await ann.call('join', room)
    const publisher = createPublisher(new MemoryBroadcastTransport(hub))
    const params = { room: 'general' }
    expect(await publisher.broadcast(room, 'notice', { text: 'ünï' }, { params })).toBe(true)
    expect(await publisher.broadcastAll('/news', 'news', 1)).toBe(true)
    expect(await ann.nextPush()).toEqual({
      event: 'notice',
      path: room,
      params,
      data: { text: 'ünï' },
    })
    expect(await ann.nextPush()).toEqual({ event: 'news', path: '/news', data: 1 })
    expect(await bob.nextPush()).toEqual({ event: 'news', path: '/news', data: 1 })
    expect(bob.pushes).toHaveLength(1)
  })

  it('reaches a user, wherever they are connected', async () => {
    const hub = new MemoryBroadcastHub()
    const { connect } = await startApp({
      controllers: [ChatController],
      broadcastTransport: new MemoryBroadcastTransport(hub),
      authorize: ({ query }) => ({ userId: query.get('user') }),
    })
    const [ann, bob] = [
      await connect({ path: '/?user=ann' }),
      await connect({ path: '/?user=bob' }),
    ]
    const publisher = createPublisher(new MemoryBroadcastTransport(hub))
    const sent = await publisher.sendToUser('ann', 'paid', { amount: 12 }, { id: 'payment 1' })
    await publisher.sendToUser('ann', 'paid', { amount: 12 }, { id: 'payment 1' })
    await publisher.sendToUser('ann', 'mail', undefined, { path: '/inbox' })
    expect(sent).toBe(true)
    expect(await ann.nextPush()).toEqual({ event: 'paid', path: '/', data: { amount: 12 } })
    expect(await ann.nextPush()).toEqual({ event: 'mail', path: '/inbox' })
    await bob.call('ping', room)
    expect(bob.pushes).toEqual([])
  })

  it('publishes what has the same id once, also at the same time', async () => {
    const publisher = createPublisher(transport)
    const calls = [1, 2, 3].map(() => publisher.broadcast(room, 'paid', 7, { id: 'order 7' }))
    expect(await Promise.all(calls)).toEqual([true, true, true])
    await publisher.broadcastAll('/a', 'paid', 8, { id: 'order 8' })
    expect(transport.published).toHaveLength(2)
  })

  it('tries again what was not taken, or failed', async () => {
    transport.results = [{ accepted: false }, new Error('down')]
    const publisher = createPublisher(transport)
    const publish = (): Promise<boolean> => publisher.broadcast(room, 'paid', 7, { id: 'order 7' })
    expect(await publish()).toBe(false)
    await expect(publish()).rejects.toThrow('down')
    expect([await publish(), await publish()]).toEqual([true, true])
    expect(transport.published).toHaveLength(3)
  })

  it('remembers so many ids, and none when told so', async () => {
    const two = createPublisher(transport, { remember: 2 })
    for (const id of ['a', 'b', 'c', 'b', 'a']) await two.broadcast(room, 'paid', id, { id })
    expect(transport.published).toHaveLength(4)
    const none = createPublisher(transport, { remember: 0 })
    for (const id of ['a', 'a']) await none.broadcast(room, 'paid', id, { id })
    expect(transport.published).toHaveLength(6)
  })

  it.each([
    ['a bad room', '$room', 'said', 1, { code: 400 }],
    ['a reserved event', room, '$ping', 1, { code: 400 }],
    ['data that JSON does not know', room, 'said', 1n, { name: 'TypeError' }],
  ])('refuses %s', async (_what, name, event, data, expected) => {
    await expect(createPublisher(transport).broadcast(name, event, data)).rejects.toMatchObject(
      expected,
    )
    expect(transport.published).toEqual([])
  })

  it('refuses to remember what is no number', () => {
    expect(() => createPublisher(transport, { remember: -1 })).toThrow(TypeError)
  })
})
