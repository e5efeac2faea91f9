import { describe, expect, it } from '@jest/globals'
import type { WsAppOptions, WsConnection } from 'enfilade'
import { defer } from '../support/deadline.js'
import { openRaw } from '../support/open-raw.js'
import { opcodes } from '../support/raw-frames.js'
import type { RawSocket } from '../support/raw-socket.js'
import { startApp, type StartedApp } from '../support/start-app.js'
import type { WireClient } from '../support/wire-client.js'

const chunk = 'x'.repeat(30_000)

interface Stage extends StartedApp {
  /** Does not read. */
  slow: RawSocket
  slowConnection: WsConnection
  /** Reads everything. */
  quick: WireClient
}

/** One way to send far more than a peer takes. */
type Push = (stage: Stage) => unknown

/** A slow and a quick client, both in one room. */
async function start(options: Partial<WsAppOptions> = {}): Promise<Stage> {
  const started = await startApp({ controllers: [], ...options })
  const slow = await openRaw(started.port)
  const [slowConnection] = started.app.server.connections()
  const quick = await started.connect()
  for (const connection of started.app.server.connections()) {
    await started.app.rooms.join(connection, '/room')
  }
  slow.pause()
  return { ...started, slow, slowConnection: slowConnection!, quick }
}

/** Pushes turn by turn until the condition holds. */
async function pushUntil(stage: Stage, push: Push, isOver: () => boolean): Promise<number> {
  let pushes = 0
  while (!isOver() && pushes < 2000) {
    push(stage)
    pushes++
    await new Promise(setImmediate)
  }
  expect(isOver()).toBe(true)
  return pushes
}

const pushes: [what: string, push: Push][] = [
  [
    'send',
    ({ slowConnection, app }) => {
      slowConnection.send('big', '/room', chunk)
      app.server.connections().at(-1)?.send('big', '/room', chunk)
    },
  ],
  ['a broadcast to everyone', ({ app }) => app.server.broadcast('big', '/', chunk)],
  ['a broadcast to a room', ({ app }) => app.rooms.broadcast('/room', 'big', '/room', chunk)],
  [
    'a broadcast by a member',
    ({ app }) => {
      const [, other] = app.server.connections()
      app.rooms.broadcast('/room', 'big', '/room', chunk, undefined, other)
    },
  ],
]

describe("a peer that does not read, with the policy 'close'", () => {
  it.each(pushes)('is closed with 1013, which it can still read: %s', async (_what, push) => {
    const stage = await start()
    const { app, slow, quick } = stage
    const gone = defer<number>()
    app.events.on('disconnect', ({ code }) => gone.resolve(code))
    const most: number[] = []
    const sent = await pushUntil(stage, push, () => {
      most.push(stage.slowConnection.bufferedAmount)
      return !stage.slowConnection.isOpen
    })
    expect(Math.max(...most)).toBeGreaterThan(512 * 1024)
    expect(Math.max(...most)).toBeLessThan(2 * 1024 * 1024)
    expect(await gone.promise).toBe(1013)
    slow.resume()
    expect(await slow.closed).toEqual({ code: 1013, reason: 'Slow consumer', clean: true })
    const got = slow.frames.filter(({ opcode }) => opcode === opcodes.text).length
    expect(got).toBeGreaterThan(0)
    expect(got + (app.counters.drops.backpressure ?? 0)).toBe(sent)
    expect(await quick.call('$ping', '/')).toBeNull()
    expect(app.counters.connections).toBe(1)
  })

  it('has another limit with backpressure.limit', async () => {
    const stage = await start({ backpressure: { limit: 4 * 1024 * 1024 } })
    let most = 0
    await pushUntil(stage, pushes[0]![1], () => {
      most = Math.max(most, stage.slowConnection.bufferedAmount)
      return !stage.slowConnection.isOpen
    })
    expect(most).toBeGreaterThan(3.5 * 1024 * 1024)
  })
})

describe("a peer that does not read, with the policy 'drop'", () => {
  it.each(pushes)('misses messages, and stays: %s', async (_what, push) => {
    const stage = await start({ backpressure: { limit: 256 * 1024, policy: 'drop' } })
    const { app, slow, slowConnection, quick } = stage
    const dropped: string[] = []
    app.events.on('drop', ({ connection, cause }) => {
      dropped.push(`${cause} ${connection.id}`)
    })
    const sent = await pushUntil(stage, push, () => dropped.length > 10)
    expect(new Set(dropped)).toEqual(new Set([`backpressure ${slowConnection.id}`]))
    expect(slowConnection.isOpen).toBe(true)
    expect(app.counters.drops.backpressure).toBe(dropped.length)
    slow.resume()
    while (slowConnection.bufferedAmount > 0) await new Promise(setImmediate)
    expect(slowConnection.send('again', '/room', 'you')).toBe(true)
    const isAgain = { match: ({ payload }: { payload: Buffer }) => payload.includes('again') }
    expect((await slow.nextFrame(isAgain)).payload.toString()).toContain('you')
    expect(slow.frames.length).toBeLessThan(sent)
    expect(await quick.call('$ping', '/')).toBeNull()
  })

  it('is told of by what send returns, and counted once for each', async () => {
    const stage = await start({ backpressure: { limit: 256 * 1024, policy: 'drop' } })
    const { app, slowConnection } = stage
    let refused = 0
    while (refused < 20) if (!slowConnection.send('big', '/room', chunk)) refused++
    await new Promise(setImmediate)
    expect(app.counters.drops).toEqual({ backpressure: 20 })
  })
})
