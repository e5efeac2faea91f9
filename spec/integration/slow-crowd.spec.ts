import { afterEach, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { WsConnection } from 'enfilade'
import { nextTurn } from '../support/next-turn.js'
import { openRaw } from '../support/open-raw.js'
import type { RawSocket } from '../support/raw-socket.js'
import { startApp } from '../support/start-app.js'

// `npm run slow-crowd` is the whole of it, with the processes apart: ten pairs of runs.
const slowCount = 4
const quickCount = 8
const room = '/room'
const limit = 1024 * 1024
const perMillisecond = 5
/** A process that has been held up does not make up for it at once. */
const mostAtOnce = 50
const pad = 'x'.repeat(1_000)

/** A client that reads at once, and what is wrong with what it got. */
class QuickClient {
  got = 0
  faults = 0

  constructor(readonly socket: WebSocket) {
    socket.on('message', (bytes: Buffer) => {
      const n = /"n":(\d+)/.exec(bytes.toString('latin1', 0, 80))?.[1]
      if (Number(n) !== this.got++) this.faults++
    })
  }
}

const quick: QuickClient[] = []

afterEach(() => {
  for (const { socket } of quick.splice(0)) socket.terminate()
})

interface Report {
  pushed: number
  closed: { code: number; reason: string }[]
  /** Of all slow connections together, in bytes. */
  mostWaiting: number
  /** Milliseconds from crossing the limit to the end, of the slowest to be closed. */
  longest: number
}

async function run(): Promise<Report> {
  const { app, port, url } = await startApp({
    controllers: [],
    backpressure: { limit },
    maxConnectionsPerIp: 1000,
    logger: false,
  })
  const slow: RawSocket[] = []
  while (slow.length < slowCount) slow.push(await openRaw(port))
  const members = app.server.connections()
  while (quick.length < quickCount) {
    const socket = new WebSocket(url)
    quick.push(new QuickClient(socket))
    await once(socket, 'open')
  }
  for (const connection of app.server.connections()) await app.rooms.join(connection, room)
  for (const socket of slow) socket.pause()

  const crossed = new Map<WsConnection, number>()
  let [pushed, mostWaiting, longest] = [0, 0, 0]
  app.events.on('disconnect', ({ connection }) => {
    const since = crossed.get(connection)
    if (since !== undefined) longest = Math.max(longest, performance.now() - since)
  })
  const start = performance.now()
  while (members.some(({ isOpen }) => isOpen) && pushed < 100_000) {
    const due = (performance.now() - start) * perMillisecond
    for (let count = 0; pushed < due && count < mostAtOnce; count++) {
      app.rooms.broadcast(room, 'n', room, { n: pushed++, pad })
    }
    let waiting = 0
    for (const member of members) {
      waiting += member.bufferedAmount
      if (member.bufferedAmount > limit && !crossed.has(member)) {
        crossed.set(member, performance.now())
      }
    }
    mostWaiting = Math.max(mostWaiting, waiting)
    await nextTurn()
  }
  while (quick.some(({ got }) => got < pushed)) await nextTurn()
  for (const socket of slow) socket.resume()
  const closed = await Promise.all(slow.map((socket) => socket.closed))
  expect(app.counters.connections).toBe(quickCount)
  return { pushed, closed, mostWaiting, longest }
}

describe('clients that never read, in a room with others', () => {
  it('are closed with 1013, within their limit, and the others miss nothing', async () => {
    const { pushed, closed, mostWaiting, longest } = await run()
    for (const close of closed) expect(close).toMatchObject({ code: 1013, clean: true })
    expect(quick.map(({ got, faults }) => ({ got, faults }))).toEqual(
      Array.from({ length: quickCount }, () => ({ got: pushed, faults: 0 })),
    )
    expect(mostWaiting).toBeLessThanOrEqual(slowCount * limit * 1.2)
    expect(mostWaiting).toBeGreaterThan(limit / 2)
    expect(longest).toBeLessThan(1_000)
  }, 60_000)
})
