import { beforeEach, describe, expect, it } from '@jest/globals'
import {
  Controller,
  createPublisher,
  MemoryBroadcastHub,
  MemoryBroadcastTransport,
  MemoryHistory,
  type WsAppOptions,
} from 'enfilade'
import { ChatRoom } from '../support/chat-room.js'
import { FaultyHistory } from '../support/faulty-history.js'
import { startApp, type StartedApp } from '../support/start-app.js'
import type { WireClient } from '../support/wire-client.js'

const path = '/chat/a'
const bounds = { size: 200, ttl: 120 }

@Controller('/chat/:room', { history: true })
class Chat extends ChatRoom {}

let memory: MemoryHistory
let left: FaultyHistory
let right: FaultyHistory
let hub: MemoryBroadcastHub

beforeEach(() => {
  memory = new MemoryHistory()
  left = new FaultyHistory(memory)
  right = new FaultyHistory(memory)
  hub = new MemoryBroadcastHub()
})

async function start(
  history: FaultyHistory,
  more: Partial<WsAppOptions> = {},
): Promise<StartedApp> {
  return startApp({ controllers: [Chat], history, ...more })
}

async function member(app: StartedApp): Promise<WireClient> {
  const client = await app.connectV1()
  await client.call('join', path)
  await client.nextPush('$joined')
  return client
}

const said = (client: WireClient): unknown[] =>
  client.pushes.filter(({ event }) => event === 'said').map(({ data }) => data)

const until = (client: WireClient, data: unknown): Promise<unknown> =>
  client.nextPush((push) => push.event === 'said' && push.data === data)

describe('apps that share a history', () => {
  it('number the pushes of a room together, the same for everybody', async () => {
    const [here, there] = [await start(left), await start(right)]
    const [ann, bob] = [await member(here), await member(there)]
    await ann.call('say', path, 1)
    await until(bob, 1)
    await bob.call('say', path, 2)
    here.app.rooms.broadcast(path, 'said', path, 3)
    await Promise.all([until(ann, 3), until(bob, 3)])
    expect(said(ann)).toEqual([2, 3])
    expect(said(bob)).toEqual([1, 3])
    const cid = await there.connectV1()
    await cid.call('join', path)
    const { epoch } = await memory.read(path, undefined, bounds)
    expect((await cid.nextPush('$joined')).data).toEqual({ epoch, seq: 3 })
    const last = (client: WireClient): unknown => client.pushes.at(-1)
    expect(last(ann)).toMatchObject({ event: 'said', path, seq: 3, data: 3 })
    expect(last(bob)).toEqual(last(ann))
  })

  it('deliver what both push at once in one order', async () => {
    const [here, there] = [await start(left), await start(right)]
    const [ann, bob] = [await member(here), await member(there)]
    for (let number = 0; number < 300; number++) {
      const { app } = number % 2 === 0 ? here : there
      app.rooms.broadcast(path, 'said', path, number)
    }
    memory.subscribe(path, () => undefined)
    here.app.rooms.broadcast(path, 'said', path, 'end')
    await Promise.all([until(ann, 'end'), until(bob, 'end')])
    expect(said(ann)).toHaveLength(301)
    expect(said(bob)).toEqual(said(ann))
    const seqs = ann.pushes.flatMap(({ seq }) => seq ?? [])
    expect(seqs).toEqual(Array.from({ length: 301 }, (_, index) => index + 1))
  })

  it('keep what is pushed to a room that has members elsewhere only, or nowhere', async () => {
    const [here, there] = [await start(left), await start(right)]
    here.app.rooms.broadcast(path, 'said', path, 0)
    const bob = await member(there)
    here.app.rooms.broadcast(path, 'said', path, 1)
    const push = await bob.nextPush('said')
    expect(push).toMatchObject({ data: 1, seq: 2 })
  })

  it('keep what is published from outside once, whoever hears of it', async () => {
    const broadcastTransport = new MemoryBroadcastTransport(hub)
    const here = await start(left, { broadcastTransport })
    const there = await start(right, { broadcastTransport: new MemoryBroadcastTransport(hub) })
    const [ann, bob] = [await member(here), await member(there)]
    const publisher = createPublisher(new MemoryBroadcastTransport(hub))
    await publisher.broadcast(path, 'said', 'first')
    await publisher.broadcast(path, 'said', 'second', { id: 'payment 7' })
    await Promise.all([until(ann, 'second'), until(bob, 'second')])
    here.app.rooms.broadcast(path, 'said', path, 'end')
    await Promise.all([until(ann, 'end'), until(bob, 'end')])
    for (const client of [ann, bob]) {
      expect(said(client)).toEqual(['first', 'second', 'end'])
      expect(client.pushes.flatMap(({ seq }) => seq ?? [])).toEqual([1, 2, 3])
    }
  })

  it('say when another one has started the room anew', async () => {
    const here = await start(left)
    const ann = await member(here)
    here.app.rooms.broadcast(path, 'said', path, 1)
    await until(ann, 1)
    await memory.restart(path, bounds)
    const gap = await ann.nextPush('$gap')
    const { epoch } = await memory.read(path, undefined, bounds)
    expect(gap).toEqual({ event: '$gap', path, data: { epoch, seq: 0 } })
    here.app.rooms.broadcast(path, 'said', path, 2)
    expect(await ann.nextPush(({ data }) => data === 2)).toMatchObject({ seq: 1 })
  })
})

describe('while the history is out of reach', () => {
  it('members here are served at once, in an epoch of their own, and nobody is silently left out', async () => {
    const [here, there] = [await start(left), await start(right)]
    const [ann, bob] = [await member(here), await member(there)]
    here.app.rooms.broadcast(path, 'said', path, 1)
    await Promise.all([until(ann, 1), until(bob, 1)])
    left.cut()
    here.app.rooms.broadcast(path, 'said', path, 2)
    here.app.rooms.broadcast(path, 'said', path, 3)
    const moved = await ann.nextPush('$joined')
    const { epoch } = await memory.read(path, undefined, bounds)
    expect((moved.data as { epoch: string }).epoch).not.toBe(epoch)
    expect(await until(ann, 3)).toMatchObject({ seq: 2 })
    there.app.rooms.broadcast(path, 'said', path, 'elsewhere')
    await until(bob, 'elsewhere')
    left.mend()
    await Promise.all([ann.nextPush('$gap'), bob.nextPush('$gap')])
    here.app.rooms.broadcast(path, 'said', path, 4)
    await Promise.all([until(ann, 4), until(bob, 4)])
    expect(said(ann)).toEqual([1, 2, 3, 4])
    expect(said(bob)).toEqual([1, 'elsewhere', 4])
    expect(here.logger.entries.filter(({ level }) => level === 'error').length).toBeGreaterThan(0)
  })

  it('what others push is fetched afterwards, in order and without a gap, when nothing was pushed here', async () => {
    const [here, there] = [await start(left), await start(right)]
    const [ann, bob] = [await member(here), await member(there)]
    there.app.rooms.broadcast(path, 'said', path, 1)
    await Promise.all([until(ann, 1), until(bob, 1)])
    left.cut()
    for (const number of [2, 3, 4]) there.app.rooms.broadcast(path, 'said', path, number)
    await until(bob, 4)
    left.mend()
    there.app.rooms.broadcast(path, 'said', path, 5)
    await until(ann, 5)
    expect(said(ann)).toEqual([1, 2, 3, 4, 5])
    expect(ann.pushes.filter(({ event }) => event === '$gap')).toEqual([])
  })

  it('what others push is a gap when more of it came than is kept', async () => {
    const [here, there] = [await start(left), await start(right)]
    const [ann, bob] = [await member(here), await member(there)]
    left.cut()
    for (let number = 1; number <= 250; number++) {
      there.app.rooms.broadcast(path, 'said', path, number)
    }
    await until(bob, 250)
    left.mend()
    expect((await ann.nextPush('$gap')).data).toMatchObject({ seq: 250 })
    there.app.rooms.broadcast(path, 'said', path, 251)
    await until(ann, 251)
    expect(said(ann)).toEqual([251])
  })

  it('rooms can be entered, and are where the others are when it is back', async () => {
    const here = await start(left)
    left.cut()
    const ann = await member(here)
    here.app.rooms.broadcast(path, 'said', path, 1)
    await until(ann, 1)
    left.mend()
    const { data } = await ann.nextPush('$gap')
    const { epoch, seq } = await memory.read(path, undefined, bounds)
    expect(data).toEqual({ epoch, seq })
  })

  it('a push to a room without members here is owed: the room starts anew later', async () => {
    const [here, there] = [await start(left), await start(right)]
    const bob = await member(there)
    left.cut()
    here.app.rooms.broadcast(path, 'said', path, 'lost')
    left.mend()
    await bob.nextPush('$gap')
    expect(said(bob)).toEqual([])
  })

  it('who is in several rooms hears that each is on its own before what is pushed there', async () => {
    const here = await start(left)
    const ann = await member(here)
    await ann.call('join', '/chat/b')
    await ann.nextPush('$joined')
    left.isHanging = true
    const rooms = [path, '/chat/b']
    // More than is joined into one write.
    const numbers = Array.from({ length: 50 }, (_, index) => index + 1)
    for (const number of numbers) {
      for (const room of rooms) here.app.rooms.broadcast(room, 'said', room, number)
    }
    // The process stands still: in the next turn both rooms have waited for too long.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_100)
    for (const room of rooms) {
      await ann.nextPush((push) => push.path === room && push.data === numbers.length)
      const pushes = ann.pushes.filter((push) => push.path === room)
      expect(pushes.map(({ event }) => event)).toEqual([
        ...['$joined', '$joined'],
        ...numbers.map(() => 'said'),
      ])
    }
    left.wake()
  })

  it('a history that hangs delays nobody for longer than a second, once', async () => {
    const here = await start(left)
    const ann = await member(here)
    left.isHanging = true
    here.app.rooms.broadcast(path, 'said', path, 1)
    here.app.rooms.broadcast(path, 'said', path, 2)
    await until(ann, 2)
    expect(said(ann)).toEqual([1, 2])
    left.wake()
    await ann.nextPush('$gap')
    here.app.rooms.broadcast(path, 'said', path, 3)
    await until(ann, 3)
    expect(said(ann)).toEqual([1, 2, 3])
  })
})
