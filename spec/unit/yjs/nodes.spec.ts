import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { DocumentRoom, MemoryStorage, type DocumentStorage } from 'enfilade/documents'
import type { WsBroadcastTransport } from 'enfilade'
import { YjsEngine } from 'enfilade/yjs'
import { FakeTimers } from '../../support/documents/fake-timers.js'
import { Peer, settle, type YjsRoom } from '../../support/yjs/peer.js'

/** A broker that loses what it is told to. */
class Broker {
  /** Called for each payload: whether it is lost. */
  loses: () => boolean = () => false
  readonly published: string[] = []
  readonly #nodes = new Map<object, (payload: string) => void>()

  connect(): WsBroadcastTransport {
    const node = {}
    return {
      publish: (_channel, payload) => {
        this.published.push(payload)
        if (this.loses()) return
        for (const handler of this.#nodes.values()) queueMicrotask(() => handler(payload))
      },
      subscribe: (_channel, handler) => void this.#nodes.set(node, handler),
      unsubscribe: () => void this.#nodes.delete(node),
    }
  }

  get nodes(): number {
    return this.#nodes.size
  }
}

interface Cluster {
  broker: Broker
  timers: FakeTimers
  errors: unknown[]
  open(storage?: DocumentStorage): Promise<YjsRoom>
}

function cluster(): Cluster {
  const broker = new Broker()
  const timers = new FakeTimers()
  const errors: unknown[] = []
  return {
    ...{ broker, timers, errors },
    open: async (storage) =>
      DocumentRoom.open({
        engine: new YjsEngine({
          timers,
          cluster: { path: '/text/1', transport: broker.connect() },
        }),
        ...(storage && { storage }),
        timers,
        onError: (error) => errors.push(error),
      }),
  }
}

const textIn = (room: YjsRoom) => room.engine.getText('text').toJSON()

describe('two processes', () => {
  it('tell each other what changes', async () => {
    const { open, errors, broker } = cluster()
    const [one, two] = [await open(), await open()]
    const [a, b] = [new Peer().connect(one), new Peer().connect(two)]
    await settle(a, b)
    a.text.insert(0, 'a')
    b.text.insert(0, 'b')
    await settle(a, b)
    expect([a.text.toJSON(), b.text.toJSON()].every((text) => text.length === 2)).toBe(true)
    expect(a.text.toJSON()).toBe(b.text.toJSON())
    const before = broker.published.length
    a.text.insert(0, 'thirty-two bytes of a new text..')
    await settle(a, b)
    const sent = broker.published.slice(before)
    expect([sent.length, errors]).toEqual([1, []])
    expect(sent.join('').length).toBeLessThan(300)
  })

  it('give who comes later what there is, and get what it has', async () => {
    const { open } = cluster()
    const one = await open()
    one.transact((doc) => doc.getText('text').insert(0, 'one'))
    const storage = new MemoryStorage().open('/text/1')
    const before = await DocumentRoom.open({ engine: new YjsEngine(), storage })
    before.transact((doc) => doc.getText('text').insert(0, 'two'))
    await before.close()
    const two = await open(storage)
    await settle()
    expect(textIn(one)).toHaveLength(6)
    expect(textIn(two)).toBe(textIn(one))
  })

  it('keep what the other has changed, too', async () => {
    const { open } = cluster()
    const storage = new MemoryStorage().open('/text/1')
    const [one, two] = [await open(), await open(storage)]
    await settle()
    one.transact((doc) => doc.getText('text').insert(0, 'kept elsewhere'))
    await settle()
    await two.flush()
    const { changes } = await storage.load()
    expect(changes.length).toBeGreaterThan(0)
    await two.close()
    const three = await open(storage)
    expect(textIn(three)).toBe('kept elsewhere')
  })

  it('find out what the broker lost with the next change', async () => {
    const { open, broker, timers } = cluster()
    const [one, two] = [await open(), await open()]
    await settle()
    broker.loses = () => true
    one.transact((doc) => doc.getText('text').insert(0, 'lost '))
    await settle()
    broker.loses = () => false
    one.transact((doc) => doc.getText('text').insert(5, 'found'))
    await settle()
    timers.advance(500)
    await settle()
    expect(textIn(two)).toBe('lost found')
  })

  it('find out with the next beat when nothing changes any more, also what was only deleted', async () => {
    const { open, broker, timers } = cluster()
    const [one, two] = [await open(), await open()]
    one.transact((doc) => doc.getText('text').insert(0, 'to be deleted'))
    await settle()
    expect(textIn(two)).toBe('to be deleted')
    broker.loses = () => true
    one.transact((doc) => doc.getText('text').delete(0, 13))
    await settle()
    broker.loses = () => false
    timers.advance(10_000)
    await settle()
    timers.advance(500)
    await settle()
    expect(textIn(two)).toBe('')
  })

  it('find each other when the first words were lost', async () => {
    const { open, broker, timers } = cluster()
    broker.loses = () => true
    const [one, two] = [await open(), await open()]
    one.transact((doc) => doc.getText('text').insert(0, 'one'))
    two.transact((doc) => doc.getText('text').insert(0, 'two'))
    await settle()
    broker.loses = () => false
    timers.advance(10_000)
    await settle()
    timers.advance(500)
    await settle()
    expect(textIn(one)).toHaveLength(6)
    expect(textIn(two)).toBe(textIn(one))
  })

  it('send what is larger than a broker takes in parts', async () => {
    const { open, broker } = cluster()
    const one = await open()
    one.transact((doc) => doc.getText('text').insert(0, 'x'.repeat(2_000_000)))
    const two = await open()
    await settle()
    expect(textIn(two)).toHaveLength(2_000_000)
    expect(Math.max(...broker.published.map(({ length }) => length))).toBeLessThan(1_000_000)
  })

  it('show who is at the other, until it goes', async () => {
    const { open, timers, broker } = cluster()
    const [one, two] = [await open(), await open()]
    const [a, b] = [new Peer(), new Peer()]
    a.awareness.setLocalState({ name: 'Ann' })
    b.awareness.setLocalState({ name: 'Ben' })
    a.connect(one)
    await settle(a)
    timers.advance(50)
    await settle(a)
    b.connect(two)
    await settle(a, b)
    timers.advance(50)
    await settle(a, b)
    timers.advance(50)
    await settle(a, b)
    expect([Object.keys(a.states).length, Object.keys(b.states).length]).toEqual([2, 2])
    await two.close()
    await settle(a)
    timers.advance(50)
    await settle(a)
    expect(Object.values(a.states)).toEqual([{ name: 'Ann' }])
    expect(broker.nodes).toBe(1)
  })

  it('forget who is at one that has died', async () => {
    const { open, timers, broker } = cluster()
    const [one, two] = [await open(), await open()]
    const [a, b] = [new Peer(), new Peer()]
    b.awareness.setLocalState({ name: 'Ben' })
    b.connect(two)
    a.connect(one)
    await settle(a, b)
    timers.advance(50)
    await settle(a, b)
    expect(one.engine.awareness.has(b.doc.clientID)).toBe(true)
    broker.loses = () => true
    timers.advance(45_000)
    expect(one.engine.awareness.has(b.doc.clientID)).toBe(false)
  })

  it('report what is no payload, and go on', async () => {
    const { open, broker, errors } = cluster()
    const [one, two] = [await open(), await open()]
    await settle()
    const stranger = broker.connect()
    let n = 0
    const payload = (part: string) => JSON.stringify({ from: 'x', n: ++n, part, isLast: true })
    for (const text of [
      '{',
      'null',
      '{"from":"x"}',
      payload('[]'),
      payload('{"kind":"nothing"}'),
    ]) {
      await stranger.publish('ws:document:/text/1', text)
    }
    const bad = { kind: 'update', update: Buffer.from('no update').toString('base64') }
    await stranger.publish('ws:document:/text/1', payload(JSON.stringify(bad)))
    await settle()
    expect(errors).toHaveLength(12)
    one.transact((doc) => doc.getText('text').insert(0, 'well'))
    await settle()
    expect(textIn(two)).toBe('well')
  })

  it('report a broker that refuses, and try again', async () => {
    const timers = new FakeTimers()
    const errors: unknown[] = []
    let refusals = 2
    const transport: WsBroadcastTransport = {
      publish: () => Promise.reject(new Error('no publish')),
      subscribe: () => {
        if (refusals-- > 0) throw new Error('no subscribe')
      },
      unsubscribe: () => Promise.reject(new Error('no unsubscribe')),
    }
    const room = await DocumentRoom.open({
      engine: new YjsEngine({ timers, cluster: { path: '/a', transport } }),
      timers,
      onError: (error) => errors.push((error as Error).message),
    })
    for (let tries = 0; tries < 3; tries++) {
      await settle()
      timers.advance(500)
    }
    await settle()
    expect(errors.slice(0, 3)).toEqual(['no subscribe', 'no subscribe', 'no publish'])
    await room.close()
    expect(errors.at(-1)).toBe('no unsubscribe')
    expect(timers.size).toBe(0)
  })
})

describe('three clients at two processes', () => {
  const who = fc.nat(2)
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constantFrom('insert' as const, 'delete', 'set'),
        ...{ who, at: fc.nat(), text: fc.string({ minLength: 1, maxLength: 4 }) },
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constantFrom('up' as const, 'down', 'drop', 'connect'),
        who,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constantFrom('lose' as const, 'restart', 'server') }),
    },
  )

  function edit(peer: Peer, { kind, at, text }: { kind: string; at: number; text: string }): void {
    const target = peer.text
    if (kind === 'insert') target.insert(at % (target.length + 1), text)
    else if (kind === 'set') peer.doc.getMap('map').set(String(at % 3), text)
    else if (target.length > 0) target.delete(at % target.length, 1)
  }

  const seen = (doc: YjsRoom['engine']['doc']) => [
    doc.getText('text').toJSON(),
    doc.getMap('map').toJSON(),
  ]

  const runs = Number(process.env.YJS_HISTORIES ?? 60)

  it(`converge, whatever is lost, and what was durable is there after restarts (${runs} histories)`, async () => {
    const property = fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { open, broker, timers, errors } = cluster()
      const storage = new MemoryStorage()
      const rooms = [await open(storage.open('/text/1')), await open()]
      const peers = [new Peer(), new Peer(), new Peer()]
      const roomOf = (index: number) => rooms[index % 2] as YjsRoom
      const reconnect = (index: number) => {
        const peer = peers[index] as Peer
        if (!peer.line || peer.line.closed) peer.connect(roomOf(index))
      }
      peers.forEach((_peer, index) => reconnect(index))
      for (const one of steps) {
        if (one.kind === 'lose') broker.loses = () => true
        else if (one.kind === 'server') {
          roomOf(0).transact((doc) => doc.getText('text').insert(0, 's'))
        } else if (one.kind === 'restart') {
          await roomOf(0).close()
          rooms[0] = await open(storage.open('/text/1'))
        } else if (one.kind === 'connect') reconnect(one.who)
        else if (one.kind === 'drop') peers[one.who]?.drop()
        else if (one.kind === 'up' || one.kind === 'down') {
          peers[one.who]?.step(one.kind)
          await settle()
        } else if ('text' in one) edit(peers[one.who] as Peer, one)
      }
      broker.loses = () => false
      for (let round = 0; round < 3; round++) {
        peers.forEach((_peer, index) => reconnect(index))
        await settle(...peers)
        timers.advance(10_500)
      }
      await settle(...peers)
      const [first] = peers
      for (const doc of [
        ...peers.map((peer) => peer.doc),
        ...rooms.map((room) => room.engine.doc),
      ]) {
        expect(seen(doc)).toEqual(seen((first as Peer).doc))
      }
      const kept = seen(roomOf(0).engine.doc)
      await Promise.all(rooms.map((room) => room.close()))
      const again = await open(storage.open('/text/1'))
      expect(seen(again.engine.doc)).toEqual(kept)
      expect(errors).toEqual([])
    })
    await fc.assert(property, { numRuns: runs, seed: 11 })
  }, 120_000)
})
