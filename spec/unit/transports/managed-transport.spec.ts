import { afterEach, describe, expect, it } from '@jest/globals'
import { ManagedTransport, type ManagedTransportOptions } from 'enfilade'
import { NatsBroadcastTransport } from 'enfilade/nats'
import { RedisBroadcastTransport } from 'enfilade/redis'
import { writeFrame } from '../../../lib/transports/managed/frame.js'
import { partitionOf } from '../../../lib/transports/redis/partition.js'
import { defer } from '../../support/deadline.js'
import { FakeBroker } from '../../support/fake-broker.js'
import { nextTurn } from '../../support/next-turn.js'
import { becomes } from '../../support/transport-events.js'

const opened: ManagedTransport[] = []

afterEach(async () => {
  await Promise.all(opened.splice(0).map((transport) => transport.close()))
})

function make(options?: ManagedTransportOptions): {
  broker: FakeBroker
  transport: ManagedTransport
} {
  const broker = new FakeBroker()
  const transport = new ManagedTransport(broker, options)
  opened.push(transport)
  return { broker, transport }
}

const frame = (first: number, ...payloads: string[]): string =>
  writeFrame({ from: 'elsewhere', stream: 1, first, payloads })

describe('ManagedTransport', () => {
  it('is ready when the broker has answered, and lets who asks wait for it', async () => {
    const { broker, transport } = make()
    expect(transport.status).toBe('connecting')
    const ready = transport.ready()
    await broker.accept()
    await ready
    await transport.ready()
    expect(transport.status).toBe('ready')
  })

  it('lets nobody wait for a transport that was closed', async () => {
    const { transport } = make()
    const before = transport.ready()
    const closing = transport.close()
    for (const waiting of [before, transport.ready()]) {
      await expect(waiting).rejects.toThrow('the transport has been closed')
    }
    await expect((async () => transport.subscribe('a', () => undefined))()).rejects.toThrow(
      'closed',
    )
    await closing
    await transport.dispose()
    expect(transport.status).toBe('down')
  })

  it('connects again after an attempt that failed, and after a loss', async () => {
    const { broker, transport } = make()
    const causes: (string | undefined)[] = []
    transport.onStatus(({ status, cause }) => causes.push(`${status} ${cause?.message}`))
    const refused = await broker.attempts.next()
    refused.result.reject(new Error('no route'))
    const session = await broker.accept()
    await becomes(transport, 'ready')
    session.events.lost(new Error('cut'))
    session.events.lost(new Error('cut again'))
    expect(session.isClosed).toBe(true)
    await broker.accept()
    await becomes(transport, 'ready')
    expect(causes.filter((text) => text?.startsWith('down'))).toEqual(['down no route', 'down cut'])
  })

  it('closes a session that comes after it was closed', async () => {
    const { broker, transport } = make()
    const { session, result, signal } = await broker.attempts.next()
    await transport.close()
    expect(signal.aborted).toBe(true)
    result.resolve(session)
    await nextTurn()
    expect(session.isClosed).toBe(true)
  })

  it('hears nothing of a session that was lost', async () => {
    const { broker, transport } = make()
    const session = await broker.accept()
    const heard: string[] = []
    await transport.subscribe('a', (payload) => heard.push(payload))
    session.events.message('a', frame(1, 'before'))
    session.events.lost(new Error('cut'))
    session.events.message('a', frame(2, 'after'))
    expect(heard).toEqual(['before'])
  })

  it('subscribes anew on a new session, to what is wanted then', async () => {
    const { broker, transport } = make()
    const first = await broker.accept()
    for (const channel of ['a', 'b']) await transport.subscribe(channel, () => undefined)
    expect([...first.subscribed]).toEqual(['a', 'b'])
    first.events.lost(new Error('cut'))
    transport.unsubscribe('b')
    await transport.subscribe('c', () => undefined)
    const second = await broker.accept()
    await becomes(transport, 'ready')
    expect([...second.subscribed].sort()).toEqual(['a', 'c'])
  })

  it('counts what is doubled, missing, or not ours', async () => {
    const { broker, transport } = make()
    const session = await broker.accept()
    const heard: string[] = []
    const gaps: unknown[] = []
    transport.onGap((gap) => gaps.push(gap))
    await transport.subscribe('a', (payload) => heard.push(payload))
    session.events.message('a', frame(1, '1', '2'))
    session.events.message('a', frame(2, '2', '3'))
    session.events.message('a', 'hello')
    session.events.message('a', frame(7, '7'))
    session.events.message('b', frame(1, 'for nobody'))
    session.events.message(
      'a',
      writeFrame({ from: transport.id, stream: 1, first: 1, payloads: ['mine'] }),
    )
    expect(heard).toEqual(['1', '2', '3', '7'])
    expect(gaps).toEqual([{ channel: 'a', from: 'elsewhere', missed: 3 }])
    expect(transport.counters).toMatchObject({
      received: 4,
      missed: 3,
      duplicates: 1,
      malformed: 1,
    })
  })

  it('watches the numbers on while a subscription lingers', async () => {
    const { broker, transport } = make()
    const session = await broker.accept()
    const gaps: unknown[] = []
    transport.onGap((gap) => gaps.push(gap))
    await transport.subscribe('a', () => undefined)
    session.events.message('a', frame(1, '1'))
    transport.unsubscribe('a')
    session.events.message('a', frame(2, '2', '3'))
    expect(transport.subscribe('a', () => undefined)).toBeUndefined()
    session.events.message('a', frame(4, '4'))
    expect([gaps, transport.counters.received]).toEqual([[], 2])
  })

  it('ends a subscription at once when nothing is to linger', async () => {
    const { broker, transport } = make({ linger: 0 })
    const session = await broker.accept()
    await transport.subscribe('a', () => undefined)
    transport.unsubscribe('a')
    await transport.subscribe('b', () => undefined)
    expect([...session.subscribed]).toEqual(['b'])
  })

  it('tells who wants to join when the broker refuses', async () => {
    const { broker, transport } = make()
    const session = await broker.accept()
    await becomes(transport, 'ready')
    const answer = defer<void>()
    session.answer = answer.promise
    const subscribed = transport.subscribe('a', () => undefined)
    answer.reject(new Error('not allowed'))
    await expect(subscribed).rejects.toThrow('not allowed')
  })

  it('is harmed by no listener and no handler', async () => {
    const errors: unknown[] = []
    const { broker, transport } = make({ onError: (error) => errors.push(error) })
    const fail = (): never => {
      throw new Error('mine')
    }
    transport.onStatus(fail)
    transport.onGap(fail)
    const session = await broker.accept()
    await becomes(transport, 'ready')
    await transport.subscribe('a', fail)
    session.events.message('a', frame(1, '1'))
    session.events.message('a', frame(3, '3'))
    expect(errors.map(String)).toEqual(Array(4).fill('Error: mine'))
  })

  it('counts what the broker refuses, and what it has not answered when it is lost', async () => {
    const { broker, transport } = make()
    const session = await broker.accept()
    await becomes(transport, 'ready')
    session.refused = [0]
    transport.publish('a', 'refused')
    await nextTurn()
    await nextTurn()
    session.answer = defer<void>().promise
    transport.publish('a', 'unanswered')
    await nextTurn()
    session.events.lost(new Error('cut'))
    expect(transport.publish('a', 'too late')).toEqual({ accepted: false })
    expect(transport.counters).toMatchObject({
      ...{ sent: 3, delivered: 0, pending: 0 },
      lost: { refused: 1, unconfirmed: 1, outage: 1 },
    })
  })

  it('ends a listening when told to, and only that one', async () => {
    const { broker, transport } = make()
    let heard = 0
    const listener = (): number => heard++
    const off = transport.onStatus(listener)
    transport.onStatus(listener)
    off()
    await broker.accept()
    await becomes(transport, 'ready')
    expect(heard).toBe(1)
  })
})

describe('options that are wrong', () => {
  const bad = <T>(value: unknown): T => value as T

  it.each([
    [{ outage: bad<'drop'>('keep') }, 'outage: "keep" is not "drop", "buffer" or bounds'],
    [{ outage: { messages: -1 } }, 'outage.messages: -1 is no number from 0'],
    [{ outage: bad<'drop'>({ bytes: 1 }) }, 'outage: bytes is no bound'],
    [{ joinsWhileDown: bad<'accept'>(true) }, 'joinsWhileDown: true is not "accept" or "refuse"'],
    [{ linger: NaN }, 'linger: NaN is no number from 0'],
  ])('are refused by every transport: %j', (options, message) => {
    expect(() => new ManagedTransport(new FakeBroker(), options)).toThrow(new TypeError(message))
  })

  it.each([
    [{ url: 'localhost' }, 'url: start it with redis:// or rediss://'],
    [{ prefix: bad<string>(1) }, 'prefix: 1 is no text'],
    [{ partitions: 0 }, 'partitions: 0 is no whole number from 1 to 1024'],
    [{ cluster: [] }, 'cluster: name a node at least'],
    [{ cluster: [{ host: 'a' }], prefix: '{a}' }, 'prefix: leave out "{" on a cluster'],
    [
      { cluster: [{ host: 'a' }], url: 'redis://a' },
      'cluster: leave out url and sentinels, the nodes are named already',
    ],
  ])('are refused by the one to Redis: %j', (options, message) => {
    expect(() => new RedisBroadcastTransport(options)).toThrow(new TypeError(message))
  })

  it.each(['', 'a b', 'a.*', 'a..b', '.a', '>'])('are refused by the one to NATS: %j', (prefix) => {
    expect(() => new NatsBroadcastTransport({ prefix })).toThrow('is no subject')
  })
})

it('channels are shared out among partitions, the same in every process', () => {
  const counts = Array<number>(8).fill(0)
  for (let index = 0; index < 8_000; index++) counts[partitionOf(`ws:room:/chat/${index}`, 8)]!++
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150)
  // Another number would part processes of two versions.
  expect(partitionOf('ws:room:/chat/general', 64)).toBe(38)
})
