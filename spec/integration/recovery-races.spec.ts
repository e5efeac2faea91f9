import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  Controller,
  Join,
  Leave,
  OnDisconnect,
  OnJoin,
  OnLeave,
  OnMessage,
  Presence,
  type WsMember,
} from 'enfilade'
import { createTestApp, type TestApp, type TestAppOptions, type TestClient } from 'enfilade/testing'
import { defer } from '../support/deadline.js'
import { nextTurn } from '../support/next-turn.js'
import { reasonOf } from '../support/open-client.js'

const rooms = ['/board/a', '/board/b', '/board/c']
const [path = ''] = rooms
let gate: Promise<void> | undefined
let calls = { join: 0, leave: 0, disconnect: 0 }

@Presence(Object)
@Controller('/board/:board', { history: true })
class Board {
  @OnJoin()
  mayJoin(): unknown {
    calls.join++
    return gate
  }

  @OnLeave()
  left(): void {
    calls.leave++
  }

  @OnDisconnect()
  gone(): void {
    calls.disconnect++
  }

  @OnMessage('join')
  @Join()
  join(): void {}

  @OnMessage('leave')
  @Leave()
  leave(): void {}
}

let app: TestApp

function start(options: Partial<TestAppOptions> = {}): void {
  const limits = { maxConnectionsPerIp: Infinity, rateLimit: false as const, patience: 30_000 }
  app = createTestApp({ controllers: [Board], recovery: true, ...limits, ...options })
}

beforeEach(() => {
  gate = undefined
  calls = { join: 0, leave: 0, disconnect: 0 }
})

afterEach(() => app.close())

/** What nobody may be left with, when all is over. */
function expectNobody(): void {
  expect(app.rooms.size).toBe(0)
  expect(rooms.flatMap((room) => app.rooms.members(room))).toEqual([])
}

describe('a client that goes before its join is complete', () => {
  it.each([
    ['closes', (client: TestClient) => client.close()],
    ['is lost', (client: TestClient) => client.drop()],
    ['is kicked', (client: TestClient) => Promise.resolve(client.connection.close(4000))],
  ])('and %s is no member, and leaves nothing', async (_name, go) => {
    for (const recovery of [false, true]) {
      start({ recovery })
      const { promise, resolve } = defer<void>()
      gate = promise
      const ann = await app.connect({ user: 'ann' })
      const joining = reasonOf(ann.call('join', path))
      await app.settle()
      await go(ann)
      resolve()
      expect(await joining).toMatchObject({ code: 503 })
      await app.clock.advance(200_000)
      expectNobody()
      await app.close()
    }
    expect(calls).toEqual({ join: 2, leave: 0, disconnect: 2 })
  })

  it('and comes back before @OnJoin agrees is a member of the connection that goes on', async () => {
    start()
    const { promise, resolve } = defer<void>()
    gate = promise
    const ann = await app.connect({ user: 'ann' })
    const { connection } = ann
    void ann.call('join', path)
    await app.settle()
    await ann.drop()
    expect(await ann.resume()).toEqual({ resumed: true, rooms: {} })
    resolve()
    expect(await ann.nextPush('$joined', path)).toMatchObject({ data: { self: 'ann' } })
    expect([...connection.rooms]).toEqual([path])
    await ann.close()
    await app.clock.advance(5_000)
    expectNobody()
    expect(calls).toMatchObject({ join: 1, leave: 1 })
  })
})

describe('the former socket of a connection that was continued', () => {
  it('does nothing when its end comes late', async () => {
    start({ idleTimeout: 60 })
    const [ann, ben] = [await app.connect({ user: 'ann' }), await app.connect({ user: 'ben' })]
    for (const client of [ann, ben]) await client.call('join', path)
    const { connection } = ann
    await ann.drop({ noticed: false })
    expect(await ann.resume()).toMatchObject({ resumed: true, rooms: { [path]: 'recovered' } })
    const told = ben.records.length
    await app.clock.advance(300_000)
    expect(ann.isOpen && connection.isOpen).toBe(true)
    expect(ann.connection).toBe(connection)
    expect([...connection.rooms]).toEqual([path])
    expect(ben.records).toHaveLength(told)
    expect(app.server.size).toBe(2)
    expect(calls.leave).toBe(0)
  })

  it('is closed with 4409, and its messages are nobody’s', async () => {
    start()
    const ann = await app.connect({ user: 'ann' })
    await ann.call('join', path)
    const former = ann.closed
    const resuming = ann.resume()
    ann.send('leave', path)
    expect(await resuming).toMatchObject({ resumed: true })
    expect(await former).toEqual({ code: 4409, reason: 'Replaced by a newer connection' })
    await app.settle()
    expect(app.server.size).toBe(1)
    expect(app.counters.closed).toEqual({ 4409: 1 })
  })

  it('of three that continue one session at once the last one has it', async () => {
    start()
    const ann = await app.connect({ user: 'ann' })
    await ann.call('join', path)
    const { connection } = ann
    await ann.drop()
    const { promise, resolve } = defer<void>()
    gate = promise
    const early = [reasonOf(ann.resume()), reasonOf(ann.resume())]
    const last = ann.resume()
    await app.settle()
    resolve()
    expect(await Promise.all(early)).toMatchObject([{ code: 503 }, { code: 503 }])
    expect(await last).toMatchObject({ resumed: true })
    expect(ann.connection).toBe(connection)
    expect(app.server.connections()).toEqual([connection])
    expect(app.rooms.members(path)).toMatchObject([{ id: 'ann', connections: 1 }])
  })
})

it('no more than 10,000 lost connections are kept: the oldest go first', async () => {
  start()
  const clients: TestClient[] = []
  for (let batch = 0; batch < 11; batch++) {
    const size = batch < 10 ? 1_000 : 2
    clients.push(...(await Promise.all(Array.from({ length: size }, () => app.connect()))))
  }
  const [first, second, third] = clients as [TestClient, TestClient, TestClient]
  await first.call('join', path)
  for (const client of clients) void client.drop()
  await app.settle()
  expect(calls).toEqual({ join: 1, leave: 1, disconnect: 2 })
  expect(await first.resume()).toMatchObject({ resumed: false })
  expect(await second.resume()).toMatchObject({ resumed: false })
  expect(await third.resume()).toMatchObject({ resumed: true })
  await app.clock.advance(5_000)
  expectNobody()
}, 120_000)

/** The same numbers in every run. */
function createRandom(seed: number): (below: number) => number {
  let state = seed + 1
  return (below) => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
}

/** What a client makes of what it is told. */
class Witness {
  readonly rooms = new Map<string, Map<string, WsMember>>()
  #read = 0

  constructor(
    readonly client: TestClient,
    readonly user: string,
  ) {}

  /** Reads on. */
  read(): void {
    for (const record of this.client.records.slice(this.#read)) this.#see(record as never)
    this.#read = this.client.records.length
  }

  #see({
    event,
    path: room,
    data,
    id,
  }: {
    event?: string
    path: string
    data: any
    id?: number
  }): void {
    const members = this.rooms.get(room)
    if (event === '$joined') {
      this.rooms.set(room, new Map(data.members.map((member: WsMember) => [member.id, member])))
    } else if (event === '$left') this.rooms.delete(room)
    else if (event === '$presence' && members) {
      for (const member of [...(data.join ?? []), ...(data.update ?? [])]) {
        members.set(member.id, member)
      }
      for (const gone of data.leave ?? []) members.delete(gone)
    } else if (id !== undefined && data?.rooms) {
      if (!data.resumed) this.rooms.clear()
      for (const [name, verdict] of Object.entries(data.rooms)) {
        if (verdict === 'refused') this.rooms.delete(name)
      }
    }
  }
}

describe('when many join, leave, are kicked, are lost and come back', () => {
  it.each(Array.from({ length: 12 }, (_, seed) => [seed]))(
    'everybody knows where they are and who else is there (%i)',
    async (seed) => {
      start({ recovery: { window: 20 }, idleTimeout: 8 })
      const random = createRandom(seed)
      const entries = new Map<string, number>()
      const count = (id: string, room: string, by: number): void => {
        const key = `${id} ${room}`
        entries.set(key, (entries.get(key) ?? 0) + by)
        // Nobody enters twice, or leaves where they are not.
        expect([0, 1]).toContain(entries.get(key))
      }
      app.events.on('join', ({ connection, room }) => count(connection.id, room, 1))
      app.events.on('leave', ({ connection, room }) => count(connection.id, room, -1))
      let left = 0
      app.events.on('leave', () => left++)
      const people: Witness[] = []
      for (const user of ['ann', 'ann', 'ben', 'cleo', 'dan', 'eve']) {
        people.push(new Witness(await app.connect({ user }), user))
      }
      const acts: ((client: TestClient, room: string) => unknown)[] = [
        ...[join, join, join, leave, leave],
        (_client, room) =>
          [...app.rooms.connections(room)].slice(0, 1).map((one) => app.rooms.leave(one, room)),
        (client) => client.drop(),
        (client) => client.drop({ noticed: false }),
        (client) => client.resume(),
        (client) => client.isOpen || client.resume(),
      ]
      for (let step = 0; step < 250; step++) {
        if (random(10) === 0) {
          const { promise, resolve } = defer<void>()
          gate = promise
          setImmediate(resolve)
        }
        for (let burst = random(4); burst >= 0; burst--) {
          const { client } = people[random(people.length)] as Witness
          acts[random(acts.length)]?.(client, rooms[random(rooms.length)] as string)
        }
        if (random(3) > 0) await app.settle()
        if (random(5) === 0) await app.clock.advance(random(4_000))
        // Longer than the window, now and then.
        if (random(25) === 0) await app.clock.advance(25_000)
        for (const person of people) person.read()
      }
      gate = undefined
      await nextTurn()
      await app.settle()
      for (const { client } of people) if (!client.isOpen) await client.resume()
      // Past every grace and window.
      await app.clock.advance(60_000)
      for (const person of people) person.read()
      expectAgreement(people)
      const inside = people.reduce((sum, { rooms: own }) => sum + own.size, 0)
      expect([...entries.values()].reduce((sum, one) => sum + one, 0)).toBe(inside)
      expect(calls.leave).toBe(left)
      await Promise.all(people.map(({ client }) => client.close()))
      expect(calls.leave).toBe(left)
      expect([...entries.values()].every((one) => one === 0)).toBe(true)
      await app.clock.advance(10_000)
      expectNobody()
    },
  )
})

function join(client: TestClient, room: string): void {
  if (client.isOpen) void client.call('join', room)
}

function leave(client: TestClient, room: string): void {
  if (client.isOpen) void client.call('leave', room)
}

/** Clients, rooms and rosters say the same. */
function expectAgreement(people: readonly Witness[]): void {
  expect(app.server.size).toBe(people.length)
  for (const { client, rooms: own } of people) {
    expect([...own.keys()].sort()).toEqual([...client.connection.rooms].sort())
  }
  for (const room of rooms) {
    const inside = people.filter(({ rooms: own }) => own.has(room))
    expect(app.rooms.connections(room)).toEqual(
      new Set(inside.map(({ client }) => client.connection)),
    )
    const roster = [...new Set(inside.map(({ user }) => user))].sort().map((user) => ({
      id: user,
      state: null,
      connections: inside.filter((one) => one.user === user).length,
    }))
    expect(byId(app.rooms.members(room))).toEqual(roster)
    for (const { rooms: own } of inside) expect(byId([...own.get(room)!.values()])).toEqual(roster)
  }
}

function byId(members: readonly WsMember[]): WsMember[] {
  return [...members].sort((a, b) => a.id.localeCompare(b.id))
}
