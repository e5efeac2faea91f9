import { beforeEach, describe, expect, it } from '@jest/globals'
import { WsRoomManager, type WsConnection } from 'enfilade'
import type { AppHost } from '../../../lib/runtime/app-host.js'
import type { LiveConnection } from '../../../lib/runtime/live-connection.js'
import { Detours } from '../../../lib/runtime/detours.js'
import { TopicFanOut } from '../../../lib/runtime/topic-fan-out.js'
import { createHost, type FakeSocket } from '../../support/fake-connection.js'
import { FakeNative } from '../../support/fake-native.js'
import { nextTurn } from '../../support/next-turn.js'

const room = '/chat/general'
const LIMIT = 1_000

let native: FakeNative
let all: LiveConnection[]
let fanOut: TopicFanOut
let host: AppHost
let detours: Detours
let rooms: WsRoomManager<WsConnection>

function connect(policy: 'close' | 'drop' = 'close'): ReturnType<FakeNative['connect']> {
  const limits = { backpressure: { limit: LIMIT, policy } }
  const connected = native.connect(createHost({ limits, detours, rooms }))
  all.push(connected.connection)
  fanOut.opened(connected.connection)
  return connected
}

function say(text: string, exclude?: WsConnection): void {
  rooms.broadcast(room, 'said', room, text, undefined, exclude)
}

function heard(socket: FakeSocket): unknown[] {
  return socket.records.map((record) => (record as { data: unknown }).data)
}

beforeEach(() => {
  native = new FakeNative()
  all = []
  host = createHost()
  detours = host.detours
  fanOut = new TopicFanOut({
    publisher: native,
    backpressure: { limit: LIMIT, policy: 'close' },
    compressFrom: 300,
    connections: () => all.filter(({ isOpen }) => isOpen),
    ...{ turn: host.turn, counters: host.counters, events: host.events, detours },
    window: 0,
  })
  rooms = new WsRoomManager<WsConnection>({ fanOut })
})

describe('a room', () => {
  it('is a topic of its members', () => {
    const [ann, bob, cid] = [connect(), connect(), connect()]
    for (const { connection } of [ann, bob]) void rooms.join(connection, room)
    say('one')
    rooms.leave(ann.connection, room)
    say('two')
    expect([ann, bob, cid].map(({ socket }) => heard(socket))).toEqual([
      ['one'],
      ['one', 'two'],
      [],
    ])
  })

  it('is published to once, without the member who is excluded', () => {
    const [ann, bob, cid] = [connect(), connect(), connect()]
    for (const { connection } of [ann, bob, cid]) void rooms.join(connection, room)
    say('hello', bob.connection)
    expect([ann, bob, cid].map(({ socket }) => heard(socket))).toEqual([['hello'], [], ['hello']])
    expect(native.published).toHaveLength(1)
  })

  it('reaches all members when somebody else is excluded', () => {
    const [ann, outsider] = [connect(), connect()]
    void rooms.join(ann.connection, room)
    say('hello', outsider.connection)
    expect([heard(ann.socket), heard(outsider.socket)]).toEqual([['hello'], []])
  })

  it('reaches the others when the excluded member has closed, and lets it leave', () => {
    const [ann, bob] = [connect(), connect()]
    for (const { connection } of [ann, bob]) void rooms.join(connection, room)
    bob.socket.end()
    say('bob is gone', bob.connection)
    expect(heard(ann.socket)).toEqual(['bob is gone'])
    rooms.leaveAll(bob.connection)
    expect(rooms.connections(room)).toEqual(new Set([ann.connection]))
  })

  it('takes bytes as a binary frame', () => {
    const { connection, socket } = connect()
    const codec = { decode: () => undefined, encode: () => new Uint8Array([1, 2]) }
    const binary = new WsRoomManager<WsConnection>({ fanOut, codec })
    void binary.join(connection, room)
    binary.broadcast(room, 'said', room)
    expect(socket.frames).toEqual([
      { frame: new Uint8Array([1, 2]), isBinary: true, compress: false },
    ])
  })

  it('compresses frames from the given length on', () => {
    void rooms.join(connect().connection, room)
    for (const text of ['short', 'x'.repeat(300)]) say(text)
    expect(native.published).toEqual([{ compress: false }, { compress: true }])
  })
})

describe('everyone', () => {
  it('is a topic from its first use on, for those there and those to come', () => {
    const ann = connect()
    expect(ann.socket.topics.size).toBe(0)
    fanOut.publishAll('"one"')
    const bob = connect()
    fanOut.publishAll('"two"')
    expect([ann, bob].map(({ socket }) => socket.records)).toEqual([['one', 'two'], ['two']])
  })
})

describe('a burst', () => {
  const numbers = Array.from({ length: 100 }, (_, index) => index)

  it('to a room reaches the members, and not who is left out', async () => {
    const [ann, bob, cid] = [connect(), connect(), connect()]
    for (const { connection } of [ann, bob]) void rooms.join(connection, room)
    for (const n of numbers) say(String(n), bob.connection)
    await nextTurn()
    expect(native.published).toHaveLength(32)
    expect(heard(ann.socket).map(Number)).toEqual(numbers)
    expect([bob.socket.frames, cid.socket.frames]).toEqual([[], []])
    expect(host.counters).toMatchObject({ broadcasts: 100, pushes: 100 })
  })

  it('to everyone reaches all who are connected', async () => {
    const both = [connect(), connect()]
    host.counters.connections = both.length
    for (const n of numbers) fanOut.publishAll(String(n))
    await nextTurn()
    expect(native.published).toHaveLength(32)
    for (const { socket } of both) expect(socket.records).toEqual(numbers)
    expect(host.counters).toMatchObject({ broadcasts: 100, pushes: 200 })
  })

  it('waits, once, for the slow in the room and for the slow of everyone', async () => {
    const { connection, socket } = connect()
    void rooms.join(connection, room)
    socket.buffered = LIMIT / 4 + 1
    connection.checkBackpressure()
    const frame = '1'
    rooms.broadcast(room, 'said', room, 0)
    for (let count = 0; count < 66; count++) fanOut.publishAll(frame)
    await nextTurn()
    expect(socket.frames).toEqual([])
    socket.buffered = 0
    connection.drained()
    expect(socket.records.slice(1)).toEqual(Array(66).fill(1))
  })

  it('is told to who follows a member, once each', async () => {
    const { connection, socket } = connect()
    void rooms.join(connection, room)
    const followed: unknown[] = []
    connection.follow((frame) => followed.push(JSON.parse(String(frame))))
    for (const n of numbers) say(String(n))
    await nextTurn()
    expect(followed).toEqual(socket.records)
    expect(followed).toHaveLength(100)
  })
})

describe('what is counted', () => {
  it('are rooms and memberships, as long as they last', () => {
    const [ann, bob] = [connect(), connect()]
    for (const { connection } of [ann, bob]) void rooms.join(connection, room)
    void rooms.join(ann.connection, '/chat/other')
    expect(host.counters).toMatchObject({ rooms: 2, memberships: 3 })
    rooms.leave(ann.connection, room)
    expect(host.counters).toMatchObject({ rooms: 2, memberships: 2 })
    for (const { connection } of [ann, bob]) rooms.leaveAll(connection)
    expect(host.counters).toMatchObject({ rooms: 0, memberships: 0 })
  })

  it('is a broadcast, and a push for each member but the excluded', () => {
    const [ann, bob, cid] = [connect(), connect(), connect()]
    for (const { connection } of [ann, bob]) void rooms.join(connection, room)
    say('to both')
    expect(host.counters).toMatchObject({ broadcasts: 1, pushes: 2 })
    say('to bob', ann.connection)
    expect(host.counters).toMatchObject({ broadcasts: 2, pushes: 3 })
    say('to both', cid.connection)
    expect(host.counters).toMatchObject({ broadcasts: 3, pushes: 5 })
    bob.socket.end()
    say('to ann', bob.connection)
    expect(host.counters).toMatchObject({ broadcasts: 4, pushes: 6 })
  })

  it('is a push for everyone who is connected', () => {
    host.counters.connections = 3
    fanOut.publishAll('"one"')
    expect(host.counters).toMatchObject({ broadcasts: 1, pushes: 3 })
  })

  it('is told as join and leave, once for each membership', () => {
    const told: unknown[] = []
    host.events.on('join', (event) => told.push(['join', event.connection.id, event.room]))
    host.events.on('leave', (event) => told.push(['leave', event.connection.id, event.room]))
    const { connection } = connect()
    void rooms.join(connection, room)
    void rooms.join(connection, room)
    rooms.leaveAll(connection)
    rooms.leave(connection, room)
    expect(told).toEqual([
      ['join', connection.id, room],
      ['leave', connection.id, room],
    ])
  })
})

describe('slow connections', () => {
  const slow = { code: 1013, reason: 'Slow consumer' }
  /** More than a quarter of the limit: the connection is served one by one. */
  const SLOW = LIMIT / 4 + 1

  /** Publishes as much as it takes for the members to be looked at. */
  function publishEighth(): void {
    say('-'.repeat(LIMIT / 8))
  }

  /** A slow and a quick member; what brought them there is not remembered. */
  function setUp(policy: 'close' | 'drop' = 'close'): ReturnType<typeof connect>[] {
    const members = [connect(policy), connect(policy)]
    for (const { connection } of members) void rooms.join(connection, room)
    members[0]!.socket.buffered = SLOW
    publishEighth()
    for (const { socket } of members) socket.frames.length = 0
    return members
  }

  it.each([
    ['a room', () => say('x'.repeat(5))],
    ['everyone', () => fanOut.publishAll('x'.repeat(60))],
  ])('are looked for when an eighth of the limit went to %s', async (_what, publish) => {
    const [ann, bob] = [connect(), connect()]
    for (const { connection } of [ann, bob]) void rooms.join(connection, room)
    ann.socket.buffered = LIMIT + 1
    for (let count = 0; count < 2; count++) publish()
    await nextTurn()
    expect(ann.socket.closed).toBeUndefined()
    publish()
    // Not while uWebSockets.js publishes: that would crash it.
    expect(ann.socket.closed).toBeUndefined()
    await nextTurn()
    expect([ann.socket.closed, bob.socket.closed]).toEqual([slow, undefined])
  })

  it('are looked for more often when a member is in many rooms', () => {
    const { connection, socket } = connect()
    for (const name of ['/a', '/b', '/c', room]) void rooms.join(connection, name)
    socket.buffered = SLOW
    say('-'.repeat(LIMIT / 32))
    expect(socket.topics.size).toBe(0)
  })

  it('are looked for by what was published anywhere when they are in hundreds of rooms', () => {
    const { connection, socket } = connect()
    const names = Array.from({ length: 257 }, (_, index) => `/many/${index}`)
    for (const name of names) void rooms.join(connection, name)
    void rooms.join(connect().connection, room)
    socket.buffered = SLOW
    say('-'.repeat(LIMIT / 16))
    expect(socket.topics.size).toBe(0)
  })

  it('are in no topic, get what is published in order when they have read, and are back then', () => {
    const [ann, bob] = setUp()
    expect(ann!.socket.topics.size).toBe(0)
    for (const text of ['one', 'two']) say(text)
    ann!.connection.send('said', room, 'three')
    say('four')
    expect([heard(ann!.socket), heard(bob!.socket)]).toEqual([[], ['one', 'two', 'four']])
    ann!.socket.buffered = 0
    ann!.connection.drained()
    expect(heard(ann!.socket)).toEqual(['one', 'two', 'three', 'four'])
    expect(ann!.socket.topics).toEqual(new Set([room]))
    say('five')
    expect(heard(ann!.socket)).toEqual(['one', 'two', 'three', 'four', 'five'])
    expect(ann!.connection.dropped).toBe(0)
  })

  it('stay out as long as much waits in the socket', () => {
    const [ann] = setUp()
    say('one')
    ann!.socket.buffered = LIMIT / 8
    ann!.connection.drained()
    expect(heard(ann!.socket)).toEqual([])
    ann!.socket.buffered = LIMIT / 8 - 1
    ann!.socket.status = 0
    ann!.connection.drained()
    expect(heard(ann!.socket)).toEqual(['one'])
    expect(ann!.socket.topics.size).toBe(0)
    ann!.socket.buffered = LIMIT / 16
    ann!.connection.drained()
    expect(ann!.socket.topics).toEqual(new Set([room]))
  })

  it('may be left out of a push, and push themselves', () => {
    const [ann, bob] = setUp()
    say('not for ann', ann!.connection)
    say('not for bob', bob!.connection)
    expect(heard(bob!.socket)).toEqual(['not for ann'])
    ann!.socket.buffered = 0
    ann!.connection.drained()
    expect(heard(ann!.socket)).toEqual(['not for bob'])
  })

  it('join and leave rooms meanwhile', () => {
    const [ann] = setUp()
    void rooms.join(ann!.connection, '/new')
    rooms.leave(ann!.connection, room)
    say('missed')
    rooms.broadcast('/new', 'said', '/new', 'here')
    expect(ann!.socket.topics.size).toBe(0)
    ann!.socket.buffered = 0
    ann!.connection.drained()
    expect(heard(ann!.socket)).toEqual(['here'])
    expect(ann!.socket.topics).toEqual(new Set(['/new']))
  })

  it('get what is for everyone once, whether there was a topic before or not', () => {
    const [ann, bob] = setUp()
    fanOut.publishAll('"first"')
    ann!.socket.buffered = 0
    ann!.connection.drained()
    fanOut.publishAll('"second"')
    expect(ann!.socket.records).toEqual(['first', 'second'])
    expect(bob!.socket.records).toEqual(['first', 'second'])
    ann!.socket.buffered = SLOW
    ann!.connection.checkBackpressure()
    fanOut.publishAll('"third"')
    expect(ann!.socket.records).toHaveLength(2)
  })

  it('are closed when what waits is over the limit, and what waits is dropped and counted', async () => {
    const [ann, bob] = setUp()
    const text = 'x'.repeat(250)
    let count = 0
    while (!ann!.connection.isEnding) {
      say(text)
      count++
    }
    await nextTurn()
    expect(ann!.socket.closed?.code).toBe(1013)
    expect([heard(ann!.socket), heard(bob!.socket)]).toEqual([[], Array(count).fill(text)])
    expect(ann!.connection.dropped).toBe(count)
    expect(detours.isEmpty).toBe(false)
    ann!.connection.forgetDetour()
    expect(detours.isEmpty).toBe(true)
    expect(ann!.connection.bufferedAmount).toBe(0)
  })

  it('stay with the policy drop, and every push is delivered or counted', async () => {
    detours = new Detours('drop', () => undefined)
    const options = { publisher: native, compressFrom: 300, connections: () => [], window: 0 }
    const backpressure = { limit: LIMIT, policy: 'drop' } as const
    const { turn, counters, events } = host
    fanOut = new TopicFanOut({ ...options, backpressure, turn, counters, events, detours })
    rooms = new WsRoomManager<WsConnection>({ fanOut })
    const [ann] = setUp('drop')
    for (let count = 0; count < 20; count++) say(String(count).padEnd(40))
    await nextTurn()
    expect(ann!.socket.closed).toBeUndefined()
    ann!.socket.buffered = 0
    ann!.connection.drained()
    expect(heard(ann!.socket).map(Number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(ann!.connection.dropped).toBe(12)
    expect(heard(ann!.socket).length + ann!.connection.dropped).toBe(20)
  })
})
