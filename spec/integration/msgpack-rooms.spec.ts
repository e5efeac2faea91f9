import { beforeEach, describe, expect, it } from '@jest/globals'
import {
  MemoryBroadcastHub,
  MemoryBroadcastTransport,
  jsonCodec,
  type WsAppOptions,
  type WsSubprotocolCodec,
} from 'enfilade'
import { msgpack } from 'enfilade/msgpack'
import { defer, within } from '../support/deadline.js'
import { bytes, options, packed, room } from '../support/msgpack-app.js'
import { startApp, type StartedApp } from '../support/start-app.js'

/** How often each codec has encoded a push named `said`. */
let encoded: { json: number; msgpack: number }

function counting(codec: WsSubprotocolCodec): WsSubprotocolCodec {
  return {
    ...codec,
    encode: (record) => {
      if ('event' in record && record.event === 'said') encoded.msgpack++
      return codec.encode(record)
    },
  }
}

beforeEach(() => {
  encoded = { json: 0, msgpack: 0 }
})

describe('a room with both', () => {
  async function both(more?: Partial<WsAppOptions>) {
    const json = { ...jsonCodec }
    json.encode = (record) => {
      if ('event' in record && record.event === 'said') encoded.json++
      return jsonCodec.encode(record)
    }
    const started = await startApp(options({ codec: json, codecs: [counting(msgpack())], ...more }))
    const ann = await packed(started)
    const bob = await packed(started)
    const carl = await started.connect()
    const dora = await started.connectV1()
    for (const client of [ann, bob, carl, dora]) await client.call('join', '/plain/a')
    return { started, ann, bob, carl, dora }
  }

  it('gives each its own encoding, made once for each of them', async () => {
    const { ann, bob, carl, dora } = await both()
    const push = { event: 'said', path: '/plain/a', params: { room: 'a' }, data: { text: 'hi' } }
    await carl.call('say', '/plain/a', { text: 'hi' })
    expect(await carl.nextPush('said')).toEqual(push)
    expect(await dora.nextPush('said')).toEqual(push)
    expect(await ann.nextPush('said')).toEqual(push)
    expect(await bob.nextPush('said')).toEqual(push)
    expect(encoded).toEqual({ json: 1, msgpack: 1 })
  })

  it('encodes for nobody who is not there', async () => {
    const { started, ann, bob, carl, dora } = await both()
    const { app } = started
    await Promise.all([ann.close(), bob.close()])
    await waitForMembers(app, '/plain/a', 2)
    app.rooms.broadcast('/plain/a', 'said', '/plain/a', 1)
    await carl.nextPush('said')
    expect(encoded).toEqual({ json: 1, msgpack: 0 })
    await Promise.all([carl.close(1000), dora.close(1000)])
    const last = await packed(started)
    await waitForMembers(app, '/plain/a', 0)
    await last.call('join', '/plain/a')
    app.rooms.broadcast('/plain/a', 'said', '/plain/a', 2)
    expect((await last.nextPush('said')).data).toBe(2)
    expect(encoded).toEqual({ json: 1, msgpack: 1 })
  })

  it('leaves out the sender, whichever encoding it reads', async () => {
    const { ann, bob, carl, dora } = await both()
    await ann.call('hush', '/plain/a', 1)
    await carl.call('hush', '/plain/a', 2)
    await ann.call('say', '/plain/a', 3)
    const numbersOf = async (next: () => Promise<{ data?: unknown }>, count: number) => {
      const numbers: unknown[] = []
      while (numbers.length < count) numbers.push((await next()).data)
      return numbers
    }
    expect(await numbersOf(() => ann.nextPush('said'), 2)).toEqual([2, 3])
    expect(await numbersOf(() => bob.nextPush('said'), 3)).toEqual([1, 2, 3])
    expect(await numbersOf(() => carl.nextPush('said'), 2)).toEqual([1, 3])
    expect(await numbersOf(() => dora.nextPush('said'), 3)).toEqual([1, 2, 3])
  })

  it('carries bytes to those who can read them', async () => {
    const { ann, bob } = await both()
    await ann.call('say', '/plain/a', { bytes })
    expect((await bob.nextPush('said')).data).toEqual({ bytes })
  })

  it('keeps the order of gathered pushes, and who was a member when they were made', async () => {
    const { started, ann, carl } = await both({ broadcastWindow: 20 })
    const late = await packed(started)
    const { rooms } = started.app
    for (const n of [1, 2, 3]) rooms.broadcast('/plain/a', 'said', '/plain/a', n)
    await late.call('join', '/plain/a')
    rooms.broadcast('/plain/a', 'said', '/plain/a', 4)
    for (const n of [1, 2, 3, 4]) expect((await ann.nextPush('said')).data).toBe(n)
    for (const n of [1, 2, 3, 4]) expect((await carl.nextPush('said')).data).toBe(n)
    expect((await late.nextPush('said')).data).toBe(4)
  })

  it('pushes many in one turn to each in order', async () => {
    const { started, ann, carl } = await both()
    for (let n = 0; n < 200; n++) started.app.rooms.broadcast('/plain/a', 'said', '/plain/a', n)
    for (let n = 0; n < 200; n++) expect((await ann.nextPush('said')).data).toBe(n)
    for (let n = 0; n < 200; n++) expect((await carl.nextPush('said')).data).toBe(n)
  })

  it('shows presence to each in its own encoding', async () => {
    const started = await startApp(options())
    const ann = await packed(started)
    const carl = await started.connectV1()
    await ann.call('join', room)
    expect((await ann.nextPush('$joined')).data).toMatchObject({ members: [{ state: null }] })
    await carl.call('join', room)
    await ann.call('$presence', room, { name: 'Ann' })
    const shown = await carl.nextPush(
      ({ event, data }) => event === '$presence' && JSON.stringify(data).includes('update'),
    )
    expect(shown.data).toMatchObject({ update: [{ state: { name: 'Ann' } }] })
    const refused = await ann.call('$presence', room, { n: 1n })
    expect(refused.error).toMatchObject({ code: 400 })
  })

  it('pushes to everyone, each in its own', async () => {
    const { ann, carl } = await both()
    await carl.call('everyone', '/plain/a', { x: 1 })
    expect((await ann.nextPush('all')).data).toEqual({ x: 1 })
    expect((await carl.nextPush('all')).data).toEqual({ x: 1 })
    await ann.call('everyone', '/plain/a', { bytes })
    expect((await ann.nextPush('all')).data).toEqual({ bytes })
  })
})

describe('a client that reads too slowly', () => {
  it('keeps the newest of each event, and is back with the others afterwards', async () => {
    const limit = 128 * 1024
    const started = await startApp(options({ backpressure: { limit, policy: 'latest' } }))
    const { rooms, server } = started.app
    const slow = await packed(started)
    const quick = await packed(started)
    const id = (await slow.call('join', '/plain/a')).data as string
    await quick.call('join', '/plain/a')
    const member = server.getConnection(id)
    slow.socket.pause()
    const pad = 'x'.repeat(4000)
    let n = 0
    while ((member?.dropped ?? 0) < 5 && n < 20_000) {
      for (let count = 0; count < 8; count++) {
        rooms.broadcast('/plain/a', 'n', '/plain/a', { n: n++, pad })
      }
      await new Promise(setImmediate)
    }
    expect(member?.dropped).toBeGreaterThanOrEqual(5)
    slow.socket.resume()
    const last = await slow.pushes.next({
      match: ({ data }) => (data as { n?: number } | undefined)?.n === n - 1,
      ms: 10_000,
    })
    expect(last.event).toBe('n')
    while ((member?.bufferedAmount ?? 0) > 0) await new Promise(setImmediate)
    rooms.broadcast('/plain/a', 'after', '/plain/a', 1)
    expect((await slow.nextPush('after')).data).toBe(1)
    expect((await quick.nextPush('after')).data).toBe(1)
  })
})

describe('several processes', () => {
  async function two(first: Partial<WsAppOptions> = {}, second: Partial<WsAppOptions> = {}) {
    const hub = new MemoryBroadcastHub()
    const at = async (more: Partial<WsAppOptions>) =>
      startApp(options({ broadcastTransport: new MemoryBroadcastTransport(hub), ...more }))
    return { here: await at(first), there: await at(second) }
  }

  it('carry bytes, dates and large integers to whoever can read them elsewhere', async () => {
    const { here, there } = await two()
    const ann = await packed(there)
    const carl = await there.connect()
    for (const path of ['/plain/a', room]) {
      await ann.call('join', path)
      await carl.call('join', path)
      here.app.rooms.broadcast(path, 'said', path, { bytes, at: new Date(3) })
      expect((await ann.nextPush('said')).data).toEqual({ bytes, at: new Date(3) })
      const inJson = (await carl.nextPush('said')).data
      expect(inJson).toEqual({
        bytes: Object.fromEntries(bytes.entries()),
        at: new Date(3).toJSON(),
      })
    }
    here.app.server.broadcast('all', '/', { bytes })
    expect((await ann.nextPush('all')).data).toEqual({ bytes })
  })

  it('understand one that has no MessagePack, and are understood by it', async () => {
    const { here, there } = await two({ codecs: [] })
    const ann = await packed(there)
    const carl = await here.connect()
    for (const client of [ann, carl]) await client.call('join', '/plain/a')
    here.app.rooms.broadcast('/plain/a', 'said', '/plain/a', { text: 'hi' })
    expect((await ann.nextPush('said')).data).toEqual({ text: 'hi' })
    await carl.nextPush('said')
    there.app.rooms.broadcast('/plain/a', 'said', '/plain/a', { at: new Date(3) })
    expect((await carl.nextPush('said')).data).toEqual({ at: new Date(3).toJSON() })
  })
})

async function waitForMembers({ rooms, events }: StartedApp['app'], name: string, count: number) {
  if (rooms.connections(name).size === count) return
  const reached = defer<void>()
  events.on('leave', () => {
    if (rooms.connections(name).size === count) reached.resolve()
  })
  await within(reached.promise, `${count} members`)
}
