import { beforeEach, describe, expect, it } from '@jest/globals'
import {
  Broadcast,
  Connection,
  Controller,
  Data,
  Join,
  MemoryHistory,
  MemorySessionHub,
  MemorySessionStore,
  OnConnect,
  OnDisconnect,
  OnJoin,
  OnLeave,
  OnMessage,
  Presence,
  Rooms,
  WsError,
  type WsAppOptions,
  type WsConnection,
  type WsRooms,
} from 'enfilade'
import { defer } from '../support/deadline.js'
import { createNetwork, faultOf, watchRoom } from '../support/drop-storm.js'
import { openClient } from '../support/open-client.js'
import { startApp, type StartedApp } from '../support/start-app.js'
import type { WireClient } from '../support/wire-client.js'

const path = '/chat/a'
const other = '/chat/b'
let events: string[] = []
let isBanned = false
let gate: Promise<void> | undefined
let hub: MemorySessionHub
let history: MemoryHistory

@Presence(Object)
@Controller('/chat/:room', { history: true })
class Chat {
  @OnConnect()
  connected(): void {
    events.push('connect')
  }

  @OnDisconnect()
  disconnected(): void {
    events.push('disconnect')
  }

  @OnJoin()
  async mayJoin(): Promise<void> {
    events.push('join')
    await gate
    if (isBanned) throw new WsError(403, 'Banned')
  }

  @OnLeave()
  left(): void {
    events.push('leave')
  }

  @OnMessage('join')
  @Join()
  join(): void {}

  @OnMessage('leave')
  leave(@Rooms() rooms: WsRooms): void {
    rooms.leave(path)
  }

  @OnMessage('say')
  @Broadcast('said')
  say(@Data(Object) data: unknown): unknown {
    return data
  }

  @OnMessage('who')
  who(@Connection() { rooms, userId }: WsConnection): unknown {
    return { rooms: [...rooms].sort(), userId }
  }
}

const start = async (more: Partial<WsAppOptions> = {}): Promise<StartedApp> =>
  startApp({
    controllers: [Chat],
    history,
    recovery: { sessions: new MemorySessionStore(hub) },
    authorize: ({ query }) => ({ userId: query.get('user') ?? undefined }),
    ...more,
  })

beforeEach(() => {
  events = []
  isBanned = false
  gate = undefined
  hub = new MemorySessionHub()
  history = new MemoryHistory()
})

const v1 = { protocols: 'enfilade.v1', path: '/?user=ann' }

async function member(app: StartedApp, room = path): Promise<WireClient & { session: string }> {
  const client = await app.connect(v1)
  const { data } = await client.nextPush('$welcome')
  await client.call('join', room)
  return Object.assign(client, data as { session: string })
}

async function position(client: WireClient): Promise<{ epoch: string; seq: number }> {
  const { data } = await client.nextPush('$joined')
  return data as { epoch: string; seq: number }
}

/** The store hears of changes a moment later. */
async function saved(session: string, rooms: readonly string[]): Promise<void> {
  const names = (): string[] => (hub.get(session)?.record.rooms ?? []).map(({ room }) => room)
  while (names().sort().join() !== rooms.join()) await new Promise(setImmediate)
}

describe('a session that another process continues', () => {
  it('is in its rooms again, with what was missed in between, once and in order', async () => {
    const [here, there] = [await start(), await start()]
    const ann = await member(here)
    const { epoch, seq } = await position(ann)
    await saved(ann.session, [path])
    ann.terminate()
    for (const number of [1, 2, 3]) there.app.rooms.broadcast(path, 'said', path, number)
    const back = await there.connect(v1)
    const reply = await back.call('$resume', '/', {
      session: ann.session,
      rooms: { [path]: { epoch, seq } },
    })
    expect(reply).toEqual({ resumed: true, rooms: { [path]: 'recovered' } })
    there.app.rooms.broadcast(path, 'said', path, 4)
    await back.nextPush(({ data }) => data === 4)
    const order = back.pushes.slice(1).filter(({ event }) => event !== '$presence')
    expect(order.map(({ event, data }) => (event === 'said' ? data : event))).toEqual([
      ...['$joined', 1, 2, 3, 4],
    ])
    expect(await back.call('who', path)).toEqual({ rooms: [path], userId: 'ann' })
    expect(here.app.rooms.size).toBe(0)
  })

  it('is left out of what it has broadcast itself', async () => {
    const [here, there] = [await start(), await start()]
    const ann = await member(here)
    const place = await position(ann)
    await ann.call('say', path, 'mine')
    await saved(ann.session, [path])
    ann.terminate()
    there.app.rooms.broadcast(path, 'said', path, 'others')
    const back = await there.connect(v1)
    await back.call('$resume', '/', { session: ann.session, rooms: { [path]: place } })
    await back.nextPush(({ data }) => data === 'others')
    expect(back.pushes.filter(({ event }) => event === 'said')).toHaveLength(1)
  })

  it('keeps what it may do and what it shows, and is asked about by @OnJoin', async () => {
    const [here, there] = [await start(), await start()]
    const ann = await member(here)
    await ann.call('$presence', path, { name: 'Ann' })
    const [connection] = here.app.rooms.connections(path)
    here.app.rooms.setAccess(connection as WsConnection, path, 'read')
    while (hub.get(ann.session)?.record.rooms[0]?.access !== 'read') {
      await new Promise(setImmediate)
    }
    ann.terminate()
    const back = await there.connect(v1)
    events = []
    await back.call('$resume', '/', { session: ann.session, rooms: {} })
    expect(events).toContain('join')
    expect(there.app.rooms.members(path)).toMatchObject([{ id: 'ann', state: { name: 'Ann' } }])
    const refused = await back.call('say', path, 'x').catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 403 })
  })

  it('does not enter what @OnJoin refuses, and says nothing of rooms that were not known', async () => {
    const [here, there] = [await start(), await start()]
    const ann = await member(here)
    await saved(ann.session, [path])
    ann.terminate()
    isBanned = true
    const back = await there.connect(v1)
    const rooms = { [path]: { epoch: '', seq: 0 }, [other]: { epoch: '', seq: 0 } }
    const reply = await back.call('$resume', '/', { session: ann.session, rooms })
    expect(reply).toEqual({ resumed: true, rooms: { [path]: 'refused' } })
    expect(await back.call('who', path)).toMatchObject({ rooms: [] })
    expect(there.app.rooms.size).toBe(0)
  })

  it('runs the hooks of each process in pairs', async () => {
    const [here, there] = [await start(), await start()]
    const ann = await member(here)
    await saved(ann.session, [path])
    ann.terminate()
    const back = await there.connect(v1)
    await back.call('$resume', '/', { session: ann.session, rooms: {} })
    while (events.filter((event) => event === 'leave').length < 1) {
      await new Promise(setImmediate)
    }
    void back.close(1000)
    while (there.app.counters.connections > 0) await new Promise(setImmediate)
    while (events.filter((event) => event === 'leave').length < 2) {
      await new Promise(setImmediate)
    }
    const count = (name: string): number => events.filter((event) => event === name).length
    expect([count('connect'), count('disconnect')]).toEqual([2, 2])
    expect([count('join'), count('leave')]).toEqual([2, 2])
    expect(hub.size).toBe(0)
  })

  it('is nobody else’s, whoever knows its token', async () => {
    const [here, there] = [await start(), await start()]
    const ann = await member(here)
    await saved(ann.session, [path])
    const eve = await there.connect({ protocols: 'enfilade.v1', path: '/?user=eve' })
    const asked = { session: ann.session, rooms: {} }
    expect(await eve.call('$resume', '/', asked)).toEqual({ resumed: false, rooms: {} })
    expect(await eve.call('who', path)).toEqual({ rooms: [], userId: 'eve' })
    expect(await ann.call('who', path)).toMatchObject({ rooms: [path] })
  })

  it('belongs to the last of two that continue it: the other is closed with 4409', async () => {
    const [here, there, yonder] = [await start(), await start(), await start()]
    const ann = await member(here)
    await saved(ann.session, [path])
    const asked = { session: ann.session, rooms: {} }
    const [b, c] = [await there.connect(v1), await yonder.connect(v1)]
    const outcomes = await Promise.allSettled([
      b.call('$resume', '/', asked),
      c.call('$resume', '/', asked),
    ])
    expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true)
    expect((await ann.closed).code).toBe(4409)
    const first = await Promise.race([b.closed, c.closed])
    expect(first.code).toBe(4409)
    const apps = [there, yonder].map(({ app }) => app.rooms.size).sort()
    expect(apps).toEqual([0, 1])
  })

  it('that comes too late, since another took it while @OnJoin was asked, enters nothing', async () => {
    const [here, there, yonder] = [await start(), await start(), await start()]
    const ann = await member(here)
    await saved(ann.session, [path])
    ann.terminate()
    const opened = defer<undefined>()
    gate = opened.promise
    const asked = { session: ann.session, rooms: {} }
    const b = await there.connect(v1)
    const slow = b.call('$resume', '/', asked).catch((error: unknown) => error)
    while (hub.get(ann.session)?.turn !== 2) await new Promise(setImmediate)
    const c = await yonder.connect(v1)
    const won = c.call('$resume', '/', asked)
    expect((await b.closed).code).toBe(4409)
    opened.resolve(undefined)
    await slow
    expect(await won).toEqual({ resumed: true, rooms: { [path]: 'gap' } })
    expect([there, yonder].map(({ app }) => app.rooms.size)).toEqual([0, 1])
  })

  it('comes back to a process that had it before', async () => {
    const [here, there] = [await start(), await start()]
    const ann = await member(here)
    await saved(ann.session, [path])
    const asked = { session: ann.session, rooms: {} }
    let former = ann as WireClient
    for (const app of [there, here, there, there, here]) {
      const next = await app.connect(v1)
      former.terminate()
      expect(await next.call('$resume', '/', asked)).toMatchObject({ resumed: true })
      expect(await next.call('who', path)).toMatchObject({ rooms: [path] })
      former = next
    }
    expect([here, there].map(({ app }) => app.rooms.connections(path).size)).toEqual([1, 0])
  })

  it('outlives the process, when that is closed in order', async () => {
    const [here, there] = [await start(), await start()]
    const { client, become } = openClient(() => `${url}/?user=ann`, {})
    let { url } = here
    const witness = watchRoom(client, path)
    await client.room(path).join()
    await become('open')
    here.app.rooms.broadcast(path, 'said', path, 1)
    await client.call('$ping', '/')
    await client.call('$ping', '/')
    url = there.url
    await here.app.close()
    there.app.rooms.broadcast(path, 'said', path, 2)
    await become('open')
    there.app.rooms.broadcast(path, 'said', path, 3)
    await client.call('$ping', '/')
    await client.call('$ping', '/')
    expect(witness.seen).toEqual([1, 2, 3])
  })
})

it('clients that are thrown from process to process see everything once and in order', async () => {
  const apps = [await start(), await start(), await start()]
  let turn = 0
  let said = 0
  const say = (): void => apps[said % 3]?.app.rooms.broadcast(path, 'said', path, ++said)
  const people = []
  for (let index = 0; index < 6; index++) {
    const network = createNetwork()
    const url = (): string => `${apps[turn++ % 3]?.url}/?user=user${index}`
    const { client, become } = openClient(url, { WebSocket: network.WebSocket })
    const witness = watchRoom(client, path)
    await client.room(path).join()
    await become('open')
    people.push({ network, client, become, witness })
  }
  for (let drops = 0; drops < 18; drops++) {
    const { network, become } = people[drops % 6] as (typeof people)[number]
    const back = become('open')
    for (let count = 0; count < 3; count++) {
      say()
      await new Promise(setImmediate)
    }
    network.cut()
    for (let count = 0; count < 3; count++) say()
    await back
  }
  say()
  await Promise.all(
    people.map(async ({ client, witness }) => {
      while (witness.seen.at(-1) !== said) await client.call('$ping', '/')
    }),
  )
  expect(people.map(({ witness }) => faultOf(witness, said))).toEqual(people.map(() => undefined))
  expect(people.flatMap(({ witness }) => witness.seen)).not.toContain('gap')
}, 60_000)
