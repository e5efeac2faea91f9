import { describe, expect, it } from '@jest/globals'
import {
  Connection,
  Controller,
  Join,
  OnMessage,
  Rooms,
  type WsConnection,
  type WsRooms,
} from 'enfilade'
import { nextTurn } from '../support/next-turn.js'
import { openRaw } from '../support/open-raw.js'
import { startApp } from '../support/start-app.js'

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

/** Far more than are joined into one write, to two rooms, and sends between them. */
@Controller('/storm/:room')
class StormController {
  @OnMessage('join')
  @Join()
  join(): void {}

  @OnMessage('burst')
  burst(@Rooms() rooms: WsRooms, @Connection() connection: WsConnection): string {
    for (const n of upTo(150)) rooms.broadcast('one', n)
    for (const n of upTo(90)) rooms.broadcast('two', n, { room: '/storm/b', excludeSelf: false })
    connection.send('own', '/storm/a', 0)
    for (const n of upTo(150)) rooms.broadcast('three', n)
    return 'done'
  }
}

describe('a burst of hundreds of broadcasts in a turn', () => {
  it.each([undefined, 2])('keeps the order of each room, window %s', async (broadcastWindow) => {
    const { connect } = await startApp({
      controllers: [StormController],
      ...(broadcastWindow === undefined ? {} : { broadcastWindow }),
    })
    const clients = await Promise.all([connect(), connect(), connect()])
    const [ann, bob, cid] = clients
    for (const client of clients) await client.call('join', '/storm/b')
    for (const client of [ann, bob]) await client.call('join', '/storm/a')
    expect(await ann.call('burst', '/storm/a')).toBe('done')
    const ofA = ({ event }: { event: string }): boolean => event === 'one' || event === 'three'
    await bob.nextPush(({ event, data }) => event === 'three' && data === 149)
    for (const client of clients)
      await client.nextPush(({ data, event }) => event === 'two' && data === 89)
    expect(bob.pushes.filter(ofA).map(({ data }) => data)).toEqual([...upTo(150), ...upTo(150)])
    for (const { pushes } of clients) {
      expect(pushes.filter(({ event }) => event === 'two').map(({ data }) => data)).toEqual(
        upTo(90),
      )
    }
    expect([ann, cid].map(({ pushes }) => pushes.filter(ofA))).toEqual([[], []])
  })

  it('that a member reads too late reaches it in order, but for what was counted as dropped', async () => {
    const { app, port } = await startApp({
      controllers: [],
      backpressure: { limit: 64 * 1024, policy: 'drop' },
    })
    const slow = await openRaw(port)
    const [member] = app.server.connections()
    await app.rooms.join(member!, '/room')
    slow.pause()
    let pushed = 0
    const burst = (count: number, pad: number): void => {
      for (const _ of upTo(count)) {
        app.rooms.broadcast('/room', 'n', '/room', { n: pushed++, pad: 'x'.repeat(pad) })
      }
    }
    // What the system takes; few large ones fill it sooner.
    while (member!.bufferedAmount === 0 && pushed < 100_000) {
      burst(8, 4_000)
      await nextTurn()
    }
    while (member!.dropped === 0 && pushed < 100_000) {
      burst(500, 100)
      await nextTurn()
    }
    expect(member!.dropped).toBeGreaterThan(0)
    slow.resume()
    while (member!.bufferedAmount > 0) await nextTurn()
    burst(100, 100)
    await slow.nextFrame({ match: ({ payload }) => payload.includes(`"n":${pushed - 1},`) })
    const numbers = slow.frames.map(({ payload }) =>
      Number(/"n":(\d+)/.exec(payload.toString())?.[1]),
    )
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
    expect(new Set(numbers).size + member!.dropped).toBe(pushed)
    expect(app.counters.pushes).toBe(pushed)
  })
})
