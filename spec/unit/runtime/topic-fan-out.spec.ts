import { beforeEach, describe, expect, it } from '@jest/globals'
import { WsRoomManager, type WsConnection } from 'enfilade'
import type { AppHost } from '../../../lib/runtime/app-host.js'
import type { LiveConnection } from '../../../lib/runtime/live-connection.js'
import { TopicFanOut } from '../../../lib/runtime/topic-fan-out.js'
import { createConnection, createHost, type FakeSocket } from '../../support/fake-connection.js'
import { nextTurn } from '../../support/next-turn.js'

const room = '/chat/general'
const LIMIT = 1_000

let native: FakeNative
let all: LiveConnection[]
let fanOut: TopicFanOut
let host: AppHost
let rooms: WsRoomManager<WsConnection>

/** Topics as in uWebSockets.js: a socket publishes to the others, and only where it subscribes. */
class FakeNative {
  readonly sockets: FakeSocket[] = []
  readonly published: { compress: boolean | undefined }[] = []

  readonly publish = (
    topic: string,
    frame: string | Uint8Array,
    isBinary?: boolean,
    compress?: boolean,
    from?: FakeSocket,
  ): boolean => {
    if (from && !from.topics.has(topic)) return false
    this.published.push({ compress })
    for (const socket of this.sockets) {
      if (socket === from || socket.closed || !socket.topics.has(topic)) continue
      socket.send(frame, isBinary, compress)
    }
    return true
  }

  connect(policy: 'close' | 'drop'): { connection: LiveConnection; socket: FakeSocket } {
    const host = createHost({ limits: { backpressure: { limit: LIMIT, policy } } })
    const { connection, socket } = createConnection(host)
    socket.publish = (topic?: string, frame?: string | Uint8Array, isBinary?: boolean) =>
      this.publish(topic ?? '', frame ?? '', isBinary, false, socket)
    socket.onEnd = () => (connection.socket = undefined)
    this.sockets.push(socket)
    return { connection, socket }
  }
}

function connect(policy: 'close' | 'drop' = 'close'): ReturnType<FakeNative['connect']> {
  const connected = native.connect(policy)
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
  fanOut = new TopicFanOut({
    publisher: native,
    backpressure: { limit: LIMIT, policy: 'close' },
    compressFrom: 300,
    connections: () => all.filter(({ isOpen }) => isOpen),
    ...{ turn: host.turn, counters: host.counters, events: host.events },
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

  it.each([
    ['a room', () => say('x'.repeat(150))],
    ['everyone', () => fanOut.publishAll('x'.repeat(200))],
  ])('are looked for when half the limit went to %s, and closed', async (_what, publish) => {
    const [ann, bob] = [connect(), connect()]
    for (const { connection } of [ann, bob]) void rooms.join(connection, room)
    ann.socket.buffered = LIMIT + 1
    bob.socket.buffered = LIMIT
    for (let count = 0; count < 2; count++) publish()
    await nextTurn()
    expect(ann.socket.closed).toBeUndefined()
    publish()
    // Not while uWebSockets.js publishes: that would crash it.
    expect(ann.socket.closed).toBeUndefined()
    await nextTurn()
    expect([ann.socket.closed, bob.socket.closed]).toEqual([slow, undefined])
  })

  it('are looked for anew after as much again', async () => {
    const { connection, socket } = connect()
    void rooms.join(connection, room)
    for (let count = 0; count < 3; count++) say('x'.repeat(150))
    socket.buffered = LIMIT + 1
    for (let count = 0; count < 2; count++) say('x'.repeat(150))
    await nextTurn()
    expect(socket.closed).toBeUndefined()
    say('x'.repeat(150))
    await nextTurn()
    expect(socket.closed).toEqual(slow)
  })

  it('stay with the policy drop', async () => {
    const { connection, socket } = connect('drop')
    void rooms.join(connection, room)
    socket.buffered = LIMIT * 2
    for (let count = 0; count < 6; count++) say('x'.repeat(150))
    await nextTurn()
    expect(socket.closed).toBeUndefined()
  })
})
