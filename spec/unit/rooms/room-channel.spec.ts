import { beforeEach, describe, expect, it } from '@jest/globals'
import { BroadcastExchange } from '../../../lib/rooms/broadcast-exchange.js'
import { envelopeHead } from '../../../lib/rooms/envelope.js'
import { RoomChannel } from '../../../lib/rooms/room-channel.js'
import { FakeTransport } from '../../support/fake-transport.js'
import { nextTurn } from '../../support/next-turn.js'

const down = new Error('the broker is down')
const push = { event: 'said', path: '/a' }
const payload = envelopeHead({ from: 'elsewhere', isFrame: false }) + JSON.stringify(push)

let transport: FakeTransport
let heard: unknown[]
let channel: RoomChannel

beforeEach(() => {
  transport = new FakeTransport()
  heard = []
  const exchange = new BroadcastExchange(transport, () => undefined)
  channel = new RoomChannel(exchange, 'ws:room:/a', (received) => heard.push(received.read()))
})

describe('RoomChannel', () => {
  it('subscribes for the first and unsubscribes for the last, at once when the transport can', () => {
    transport.isSync = true
    expect(channel.acquire()).toBeUndefined()
    expect(channel.acquire()).toBeUndefined()
    expect(channel.release()).toBeUndefined()
    expect(transport.calls).toEqual(['subscribe ws:room:/a'])
    expect(channel.isIdle).toBe(false)
    expect(channel.release()).toBeUndefined()
    expect(transport.calls).toEqual(['subscribe ws:room:/a', 'unsubscribe ws:room:/a'])
    expect(channel.isIdle).toBe(true)
  })

  it('lets everyone who comes meanwhile wait for one subscription', async () => {
    const both = Promise.all([channel.acquire(), channel.acquire()])
    transport.next().resolve()
    await both
    expect(transport.calls).toEqual(['subscribe ws:room:/a'])
  })

  it('ends a subscription that nobody wants any more when it came about', async () => {
    const acquired = channel.acquire()
    const released = channel.release()
    expect(transport.calls).toEqual(['subscribe ws:room:/a'])
    transport.next().resolve()
    await acquired
    await nextTurn()
    transport.next().resolve()
    await released
    expect(transport.calls).toEqual(['subscribe ws:room:/a', 'unsubscribe ws:room:/a'])
    expect(channel.isIdle).toBe(true)
  })

  it('keeps a subscription that is wanted again before it came about', async () => {
    const first = channel.acquire()
    void channel.release()
    const second = channel.acquire()
    transport.next().resolve()
    await Promise.all([first, second])
    await nextTurn()
    expect(transport.calls).toEqual(['subscribe ws:room:/a'])
  })

  it('subscribes anew once an unsubscription under way is through', async () => {
    transport.isSync = true
    void channel.acquire()
    transport.isSync = false
    void channel.release()
    const again = Promise.all([channel.acquire(), channel.acquire()])
    expect(transport.calls.at(-1)).toBe('unsubscribe ws:room:/a')
    transport.next().resolve()
    await nextTurn()
    expect(transport.calls.at(-1)).toBe('subscribe ws:room:/a')
    transport.next().resolve()
    await again
    expect(transport.faults).toEqual([])
  })

  it('tells all who wait when it cannot subscribe, and tries no more for them', async () => {
    const waiting = [1, 2, 3].map(() => Promise.resolve(channel.acquire()))
    transport.next().reject(down)
    for (const outcome of await Promise.allSettled(waiting)) {
      expect(outcome).toEqual({ status: 'rejected', reason: down })
    }
    await nextTurn()
    expect(transport.calls).toEqual(['subscribe ws:room:/a'])
    expect(channel.isIdle).toBe(true)
  })

  it('throws at once when the transport does, and tries again for the next', () => {
    transport.isSync = true
    const { subscribe } = transport
    transport.subscribe = () => {
      throw down
    }
    expect(() => channel.acquire()).toThrow(down)
    expect(channel.isIdle).toBe(true)
    transport.subscribe = subscribe
    expect(channel.acquire()).toBeUndefined()
    expect(transport.handlers.size).toBe(1)
  })

  it('is off after an unsubscription that failed', async () => {
    transport.isSync = true
    void channel.acquire()
    transport.isSync = false
    const released = channel.release()
    transport.next().reject(down)
    await released
    expect(channel.isIdle).toBe(true)
  })

  it('delivers to the newest subscription only, whatever the transport keeps', () => {
    transport.isSync = true
    for (let round = 0; round < 2; round++) {
      void channel.acquire()
      void channel.release()
    }
    void channel.acquire()
    for (const handler of transport.everyHandler) handler(payload)
    expect(transport.everyHandler).toHaveLength(3)
    expect(heard).toEqual([push])
  })

  it('hears nothing through a subscription that failed', async () => {
    const acquired = Promise.allSettled([channel.acquire()])
    transport.next().reject(down)
    await acquired
    for (const handler of transport.everyHandler) handler(payload)
    expect(heard).toEqual([])
  })

  it('takes no notice of a release that nothing was acquired for', () => {
    transport.isSync = true
    expect(channel.release()).toBeUndefined()
    void channel.acquire()
    expect(transport.handlers.size).toBe(1)
  })
})
