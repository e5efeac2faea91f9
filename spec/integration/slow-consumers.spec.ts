import { beforeEach, describe, expect, it } from '@jest/globals'
import {
  Broadcast,
  Connection,
  Controller,
  Data,
  MemoryBroadcastHub,
  MemoryBroadcastTransport,
  OnMessage,
  Rooms,
  WsDefinitionError,
  createWsApp,
  type WsAppOptions,
  type WsConnection,
  type WsRooms,
} from 'enfilade'
import { nextTurn } from '../support/next-turn.js'
import { openRaw } from '../support/open-raw.js'
import type { RawSocket } from '../support/raw-socket.js'
import { startApp, type StartedApp } from '../support/start-app.js'

const room = '/room'
const pad = 'x'.repeat(4_000)
const limit = 128 * 1024

interface Numbered {
  n: number
  key?: string
}

@Controller(room)
class Pushing {
  @OnMessage('cursor')
  @Broadcast('cursor', { slow: { latest: ({ key }: Numbered) => String(key) } })
  cursor(@Data() data: unknown): unknown {
    return data
  }

  @OnMessage('score')
  @Broadcast('score', { slow: 'latest' })
  score(@Data() data: unknown): unknown {
    return data
  }

  @OnMessage('by hand')
  byHand(@Rooms() rooms: WsRooms, @Data() data: Numbered): void {
    rooms.broadcast('cursor', data, { slow: { latest: String(data.key) } })
  }

  @OnMessage('whose')
  whose(@Connection() { id }: WsConnection): string {
    return id
  }
}

interface Stage extends StartedApp {
  slow: RawSocket
  member: WsConnection
}

let stage: Stage
/** How often the stage has pushed numbers. */
let pushed: number

async function start(policy: 'close' | 'drop' | 'latest', more: Partial<WsAppOptions> = {}) {
  const backpressure = { limit, policy }
  const started = await startApp({ controllers: [Pushing], backpressure, ...more })
  const slow = await openRaw(started.port)
  const [member] = started.app.server.connections()
  await started.app.rooms.join(member!, room)
  slow.pause()
  stage = { ...started, slow, member: member! }
}

/** Pushes numbers until something was dropped, or so many waited that something would be. */
async function pushUntil(isOver: () => boolean, push = pushNumber): Promise<void> {
  while (!isOver() && pushed < 20_000) {
    for (let count = 0; count < 8; count++) push(pushed++)
    await nextTurn()
  }
  expect(isOver()).toBe(true)
}

function pushNumber(n: number): void {
  stage.app.rooms.broadcast(room, 'n', room, { n, pad })
}

/** Pushes until much waits, and is seen to. */
async function becomeSlow(): Promise<void> {
  await pushUntil(() => stage.member.bufferedAmount > limit * 0.55)
  stage.member.send('seen', '/')
}

/** Reads until nothing waits and the mark has come; all numbers that came, and who sent them. */
async function readAll(): Promise<(Numbered & { event: string })[]> {
  const { slow, member } = stage
  slow.resume()
  while (member.bufferedAmount > 0) await nextTurn()
  member.send('mark', '/')
  await slow.nextFrame({ match: ({ payload }) => payload.includes('"mark"'), ms: 10_000 })
  return slow.frames
    .map(({ payload }) => JSON.parse(payload.toString()) as { event: string; data?: Numbered })
    .filter(({ event }) => event !== 'mark')
    .map(({ event, data }) => ({ event, n: data?.n ?? 0, ...(data?.key && { key: data.key }) }))
}

beforeEach(() => {
  pushed = 0
})

describe('a client that reads late', () => {
  it('gets everything once and in order when nothing had to be dropped, and is in its rooms as before', async () => {
    await start('close')
    await pushUntil(() => stage.member.bufferedAmount > limit * 0.55)
    const before = pushed
    stage.slow.resume()
    while (stage.member.bufferedAmount > 0) {
      pushNumber(pushed++)
      await nextTurn()
    }
    for (let count = 0; count < 20; count++) pushNumber(pushed++)
    const numbers = (await readAll()).map(({ n }) => n)
    expect(numbers).toEqual(Array.from({ length: pushed }, (_, n) => n))
    expect(pushed).toBeGreaterThan(before)
    expect(stage.member.dropped).toBe(0)
  })

  it('gets with drop what was not counted as dropped, in order, time after time', async () => {
    await start('drop')
    for (let round = 1; round <= 3; round++) {
      const before = stage.member.dropped
      await pushUntil(() => stage.member.dropped > before + 50)
      const numbers = (await readAll()).map(({ n }) => n)
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
      expect(numbers.length + stage.member.dropped).toBe(pushed)
      expect(stage.app.counters.drops.backpressure).toBe(stage.member.dropped)
      stage.slow.pause()
    }
    expect(stage.member.isOpen).toBe(true)
  })

  it('gets with latest the newest of each event, and the counts are right', async () => {
    await start('latest')
    const push = (n: number): void => {
      stage.app.rooms.broadcast(room, n % 2 ? 'odd' : 'even', room, { n, pad })
    }
    await pushUntil(() => stage.member.dropped > 50, push)
    stage.app.server.broadcast('even', '/elsewhere', { n: -1 })
    const got = await readAll()
    expect(got.filter(({ n }) => n >= pushed - 2).map(({ n }) => n)).toEqual([
      pushed - 2,
      pushed - 1,
    ])
    expect(got.at(-1)?.n).toBe(-1)
    expect(got.length - 1 + stage.member.dropped).toBe(pushed)
  })

  it('is never without a reply: what may be dropped gives way', async () => {
    await start('drop')
    await pushUntil(() => stage.member.dropped > 10)
    const { slow, member } = stage
    for (let id = 0; id < 20; id++)
      slow.sendText(JSON.stringify({ event: 'whose', path: room, id }))
    while (stage.app.counters.messages < 20) await nextTurn()
    await nextTurn()
    slow.resume()
    const last = await slow.nextFrame({ match: ({ payload }) => payload.includes('"id":19') })
    expect(JSON.parse(last.payload.toString())).toEqual({ id: 19, data: member.id })
    const pushes = slow.frames.filter(({ payload }) => payload.includes('"event"')).length
    expect(pushes + member.dropped).toBe(pushed)
    expect(slow.frames).toHaveLength(pushes + 20)
  })

  it('is closed with 1013 by replies that it does not read, whatever the policy', async () => {
    await start('drop', { rateLimit: false })
    await pushUntil(() => stage.member.dropped > 0)
    const { slow, member } = stage
    const id = 'i'.repeat(64)
    for (let sent = 0; sent < 3_000; sent++) {
      slow.sendText(JSON.stringify({ event: 'whose', path: room, id }))
    }
    while (member.isOpen) await nextTurn()
    expect(member.closeCode).toBe(1013)
    slow.resume()
    expect(await slow.closed).toEqual({ code: 1013, reason: 'Slow consumer', clean: true })
  })
})

describe('what a push says of slow members', () => {
  it.each(['cursor', 'by hand'])('goes before what the app says: %s', async (event) => {
    await start('close', { rateLimit: false })
    const other = await stage.connect()
    await becomeSlow()
    let n = 0
    // The system may take some more in the meantime.
    while (stage.member.dropped < 100) await other.call(event, room, { n, key: `k${n++ % 3}`, pad })
    const cursors = (await readAll()).filter((push) => push.event === 'cursor')
    const newest = [n - 3, n - 2, n - 1].map((last) => ({ event, n: last, key: `k${last % 3}` }))
    expect(cursors.slice(-3)).toEqual(newest.map((push) => ({ ...push, event: 'cursor' })))
    expect(cursors.length + stage.member.dropped).toBe(n)
    expect(stage.member.isOpen).toBe(true)
  })

  it('is kept to in other processes', async () => {
    const hub = new MemoryBroadcastHub()
    const transport = (): Partial<WsAppOptions> => ({
      broadcastTransport: new MemoryBroadcastTransport(hub),
      rateLimit: false,
    })
    await start('close', transport())
    const elsewhere = await startApp({ controllers: [Pushing], ...transport() })
    const other = await elsewhere.connect()
    await becomeSlow()
    let n = 0
    while (stage.member.dropped < 50) await other.call('score', room, { n: n++, pad })
    for (const last of [1, 2]) {
      elsewhere.app.server.broadcast('all', '/', { n: last }, { slow: 'latest' })
    }
    const got = (await readAll()).filter(({ event }) => event === 'score' || event === 'all')
    expect(got.slice(-2)).toEqual([
      { event: 'score', n: n - 1 },
      { event: 'all', n: 2 },
    ])
    expect(got.length + stage.member.dropped).toBe(n + 2)
  })

  it('is refused when it is nothing that may be said', async () => {
    await start('close')
    const { server } = stage.app
    const slow = 'never' as 'drop'
    expect(() => server.broadcast('n', '/', 1, { slow })).toThrow(
      new TypeError(`slow must be 'close', 'drop', 'latest' or { latest: key }, got "never"`),
    )
  })

  it.each([[{ slow: 'never' }], [{ slow: {} }], [{ slow: { latest: 'key' } }]])(
    'is checked when the app is made: %j',
    (options) => {
      class Wrong {
        say(): void {}
      }
      const say = Object.getOwnPropertyDescriptor(Wrong.prototype, 'say')!
      OnMessage('say', '/say')(Wrong.prototype, 'say', say)
      Broadcast('said', options as never)(Wrong.prototype, 'say', say)
      Controller()(Wrong)
      expect(() => createWsApp({ controllers: [Wrong], logger: false })).toThrow(WsDefinitionError)
      expect(() => createWsApp({ controllers: [Wrong], logger: false })).toThrow(/slow must be/)
    },
  )
})
