import { describe, expect, it } from '@jest/globals'
import { WsRoomManager, type BroadcastWindow, type WsConnection } from 'enfilade'
import { systemClock } from '../../../lib/async/clock.js'
import type { LiveConnection } from '../../../lib/runtime/live-connection.js'
import { TopicFanOut } from '../../../lib/runtime/topic-fan-out.js'
import { TurnQueue, type TurnTopic } from '../../../lib/runtime/turn-queue.js'
import type { WsCounters } from '../../../lib/runtime/ws-counters.js'
import { createConnection, createHost, type FakeSocket } from '../../support/fake-connection.js'
import { nextTurn } from '../../support/next-turn.js'

const room = '/chat/general'

interface Setup {
  readonly connection: LiveConnection
  readonly socket: FakeSocket
  readonly rooms: WsRoomManager<WsConnection>
  readonly faults: unknown[]
  /** How many messages each cork joined. */
  readonly corks: number[]
  readonly turn: TurnQueue
  readonly counters: WsCounters
}

/** One connection, which is in the room. */
function setUp(window: BroadcastWindow = 0): Setup {
  const faults: unknown[] = []
  const turn = new TurnQueue((error) => faults.push(error))
  const { counters, events, detours } = createHost({ turn })
  const fanOut = new TopicFanOut({
    publisher: { publish: (_topic, frame) => socket.send(frame) > 0 },
    backpressure: { limit: 1_000_000, policy: 'close' },
    compressFrom: Infinity,
    connections: () => [connection],
    ...{ turn, counters, events, detours, window },
  })
  const rooms = new WsRoomManager<WsConnection>({ fanOut })
  const { connection, socket } = createConnection(createHost({ turn, counters, detours, rooms }))
  const corks: number[] = []
  const { cork } = socket
  socket.cork = (callback) => {
    const before = socket.frames.length
    cork.call(socket, callback)
    corks.push(socket.frames.length - before)
  }
  socket.onEnd = () => (connection.socket = undefined)
  void rooms.join(connection, room)
  return { connection, socket, rooms, faults, corks, turn, counters }
}

function say({ rooms }: Setup, data: unknown): void {
  rooms.broadcast(room, 'said', room, data)
}

function heard({ socket }: Setup): unknown[] {
  return socket.records.map((record) => (record as { data: unknown }).data)
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

describe('a reply', () => {
  it('goes out at once while a message of its connection is handled', () => {
    const one = setUp()
    one.turn.corked = one.connection
    one.connection.reply(1, 'a')
    expect(heard(one)).toEqual(['a'])
  })

  it('waits in a later turn for the others, and shares one write with them', async () => {
    const one = setUp()
    one.connection.reply(1, 'a')
    one.connection.reply(2, 'b')
    one.connection.replyError(3, 400, 'c')
    expect(heard(one)).toEqual([])
    await nextTurn()
    expect(one.corks).toEqual([3])
    expect(one.socket.records).toMatchObject([{ id: 1 }, { id: 2 }, { id: 3 }])
  })

  it('is not overtaken by what its connection is sent afterwards', async () => {
    const one = setUp()
    one.connection.reply(1, 'a')
    one.connection.send('said', room, 'b')
    expect(heard(one)).toEqual(['a', 'b'])
    await nextTurn()
    expect(heard(one)).toEqual(['a', 'b'])
  })

  it('is sent before the connection is closed', () => {
    const one = setUp()
    one.connection.reply(1, 'a')
    one.connection.close()
    expect(heard(one)).toEqual(['a'])
    expect(one.socket.closed).toEqual({ code: 1000, reason: '' })
  })

  it('is dropped when its socket has closed meanwhile', async () => {
    const one = setUp()
    one.connection.reply(1, 'a')
    one.connection.socket = undefined
    await nextTurn()
    expect(one.socket.frames).toEqual([])
    expect(one.faults).toEqual([])
  })

  it('that fails to be sent keeps no other from going out', async () => {
    const one = setUp()
    const other = createConnection(createHost({ turn: one.turn }))
    one.socket.cork = () => {
      throw new Error('gone')
    }
    one.connection.reply(1, 'a')
    other.connection.reply(1, 'b')
    await nextTurn()
    expect(other.socket.records).toEqual([{ id: 1, data: 'b' }])
    expect(one.faults).toEqual([new Error('gone')])
  })
})

describe('a burst of broadcasts', () => {
  it('waits for the end of the turn from the 33rd on, in order', async () => {
    const one = setUp()
    for (const index of upTo(100)) say(one, index)
    expect(heard(one)).toEqual(upTo(32))
    await nextTurn()
    expect(heard(one)).toEqual(upTo(100))
  })

  it('goes out member by member when it is large, in one write, and is counted', async () => {
    const one = setUp()
    for (const index of upTo(100)) say(one, index)
    await nextTurn()
    // The cork may go with the first: there is another in it.
    expect(one.corks).toEqual([67, 68])
    expect(one.counters).toMatchObject({ broadcasts: 100, pushes: 100 })
  })

  it('goes out by topic where sends leave little of it, or it has to go before the turn is over', async () => {
    const one = setUp()
    for (const index of upTo(60)) say(one, index)
    one.connection.send('said', room, 60)
    for (const index of upTo(90).slice(61)) say(one, index)
    expect(heard(one)).toEqual(upTo(32))
    await nextTurn()
    for (const index of upTo(200).slice(90)) say(one, index)
    one.turn.flush()
    expect(heard(one)).toEqual(upTo(200))
    expect(one.corks).toEqual([])
  })

  it('keeps its order with sends and replies that come between', async () => {
    const one = setUp()
    one.turn.corked = one.connection
    for (const index of upTo(40)) say(one, index)
    one.connection.send('said', room, 40)
    say(one, 41)
    one.connection.reply(1, 42)
    one.turn.corked = undefined
    await nextTurn()
    expect(heard(one)).toEqual(upTo(43))
  })

  it('goes out before its connection is closed', () => {
    const one = setUp()
    for (const index of upTo(40)) say(one, index)
    one.connection.close()
    expect(heard(one)).toEqual(upTo(40))
  })

  it('goes out to those who were members then', async () => {
    const one = setUp()
    for (const index of upTo(40)) say(one, index)
    one.rooms.leave(one.connection, room)
    expect(heard(one)).toEqual(upTo(40))
    await nextTurn()
    expect(heard(one)).toEqual(upTo(40))
  })

  it('does not wait when it would take more than 1 MiB', () => {
    const one = setUp()
    const large = 'x'.repeat(50_000)
    for (const _ of upTo(60)) say(one, large)
    expect(one.socket.frames.length).toBeGreaterThanOrEqual(53)
  })

  it('counts each turn anew', async () => {
    const one = setUp()
    for (const _ of upTo(5)) {
      for (const index of upTo(20)) say(one, index)
      await nextTurn()
    }
    const before = one.socket.frames.length
    for (const index of upTo(20)) say(one, index)
    expect(one.socket.frames.length - before).toBe(20)
  })
})

describe('pushes that are delivered together', () => {
  const topic = { members: new Set<never>(), published: 0, turn: 0 }

  it('and fail are reported, and not sent once more to those who have them', async () => {
    const faults: unknown[] = []
    const turn = new TurnQueue((error) => faults.push(error))
    const published: unknown[] = []
    const publisher = {
      publish: (_: unknown, { frame }: { frame: string }) => published.push(frame),
      publishTogether: (): boolean => {
        throw new Error('gone')
      },
    }
    turn.publishLater(topic, { frame: 'a' }, publisher)
    await nextTurn()
    expect([faults, published]).toEqual([[new Error('gone')], []])
  })

  it('are those of one topic with nothing between them', async () => {
    const turn = new TurnQueue(() => undefined)
    const together: string[][] = []
    const publisher = {
      publish: () => undefined,
      publishTogether: (_: unknown, pushes: readonly { frame: string }[]): boolean =>
        together.push(pushes.map(({ frame }) => frame)) > 0,
    }
    for (const frame of ['a', 'b']) turn.publishLater(topic, { frame }, publisher)
    turn.publishLater({ ...topic }, { frame: 'c' }, publisher)
    turn.publishLater(topic, { frame: 'd' }, publisher)
    turn.sendLater(() => together.push([]), 1)
    turn.publishLater(topic, { frame: 'e' }, publisher)
    await nextTurn()
    expect(together).toEqual([['a', 'b'], ['c'], ['d'], [], ['e']])
  })
})

describe('a topic', () => {
  const topic = (): TurnTopic => ({ members: new Set<never>(), published: 0, turn: 0 })

  it.each([1, 5, 16, 17, 32])('takes %i publishes in each turn, and asks for no end', async (n) => {
    const asked: unknown[] = []
    const turn = new TurnQueue(() => undefined, {
      ...systemClock,
      setImmediate: (run) => asked.push(run),
    })
    const one = topic()
    for (let round = 0; round < 20; round++) {
      for (const _ of upTo(n)) expect(turn.isFull(one)).toBe(false)
      await nextTurn()
    }
    expect(asked).toEqual([])
  })

  it.each([0, 3, 10, 100])('is full from the 33rd of a turn on, after %i before it', async (n) => {
    const turn = new TurnQueue(() => undefined)
    const one = topic()
    for (const _ of upTo(n)) {
      turn.isFull(one)
      await nextTurn()
    }
    const full = upTo(50).map(() => turn.isFull(one))
    const first = full.indexOf(true)
    // What came in earlier turns may count for some of it, never the other way round.
    expect(first).toBeGreaterThan(16)
    expect(first).toBeLessThanOrEqual(32)
    expect(full.slice(first)).not.toContain(false)
  })

  it('stays full as long as something waits for it, also in the next turn', async () => {
    const turn = new TurnQueue(() => undefined, { ...systemClock, setImmediate: () => undefined })
    const one = topic()
    turn.publishLater(
      one,
      { frame: 'a' },
      { publish: () => undefined, publishTogether: () => true },
    )
    await nextTurn()
    expect(turn.isFull(one)).toBe(true)
    turn.flush()
    expect(turn.isFull(one)).toBe(false)
  })
})
