import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { fork, type Child } from '../support/fork.js'
import { connectRaw, openRaw } from '../support/open-raw.js'
import { RawSocket } from '../support/raw-socket.js'
import { upgradeRequest } from '../support/raw-upgrade.js'
import { WireClient } from '../support/wire-client.js'

/**
 * What uWebSockets.js answers with the end of the whole process when it is not guarded: each case
 * runs in a child process, which has to be there afterwards. The rest is in `uws-ground-rules`.
 */
const fixture = 'spec/support/fixtures/ground-app.ts'

let child: Child
let clients: WireClient[] = []

async function connect(): Promise<WireClient> {
  const client = await WireClient.connect(`ws://127.0.0.1:${child.port}/x/1`)
  clients.push(client)
  return client
}

/** The process serves a client that just came, and nothing was left uncaught. */
async function expectAlive(): Promise<void> {
  const client = await connect()
  expect(await client.call('echo', '/ground/here', 1)).toEqual({ data: 1, room: 'here' })
  expect(child.unhandled).toEqual([])
}

afterEach(() => {
  for (const client of clients) client.terminate()
  clients = []
})

describe.each(['drop', 'close'])("a publish that drops, with the policy '%s'", (policy) => {
  beforeAll(async () => {
    child = await fork(fixture, { env: { POLICY: policy }, reportUnhandled: true })
  })
  afterAll(() => child.kill())

  it.each([
    ['room', 'close'],
    ['room', 'close all'],
    ['room', 'leave'],
    ['room', 'send'],
    ['room', 'publish'],
    ['everyone', 'close'],
    ['everyone', 'close all'],
    ['everyone', 'publish'],
  ])('to %s may have a listener that does: %s', async (to, action) => {
    const slow = await Promise.all(
      Array.from({ length: 4 }, () => openRaw(child.port, { path: '/x/1' })),
    )
    for (const socket of slow) {
      socket.sendText('{"event":"join","path":"/ground/slow","id":1}')
      await socket.nextText()
      socket.pause()
    }
    const flooder = await connect()
    const flood = () => flooder.call('flood', '/ground/flood', { action, to })
    const before = (await flood()) as number
    let drops = before
    for (let round = 0; round < 40 && drops - before < 20; round++)
      drops = (await flood()) as number
    expect(drops).toBeGreaterThan(before)
    await expectAlive()
    for (const socket of slow) socket.destroy()
  })
})

describe('an upgrade', () => {
  beforeAll(async () => {
    child = await fork(fixture, { reportUnhandled: true })
  })
  afterAll(() => child.kill())

  it('may come to a path that is no percent-encoding', async () => {
    for (const path of ['/x/%', '/x/%E0%A4%A', '/x/%%%', '/%', '/x/%zz/%']) {
      const { http } = await openRaw(child.port, { path })
      expect([101, 404]).toContain(http.status)
    }
    await expectAlive()
  })

  it('may be refused by a throw', async () => {
    const closes = ['throw', 'refuse', 'then'].map(async (mode) => {
      const socket = await openRaw(child.port, { path: `/x/1?mode=${mode}` })
      return (await socket.closed).code
    })
    expect(await Promise.all(closes)).toEqual([1011, 4401, 1011])
    await expectAlive()
  })

  it('is readable after an await', async () => {
    const socket = await openRaw(child.port, { path: '/x/1?mode=later' })
    expect(socket.http.status).toBe(101)
    await expectAlive()
  })

  it.each([
    ['accept', 'destroy'],
    ['accept', 'reset'],
    ['refuse', 'destroy'],
    ['refuse', 'reset'],
  ] as const)('may be given up before authorize decides to %s (%s)', async (outcome, giveUp) => {
    const socket = await connectRaw(child.port)
    socket.sendBytes(upgradeRequest(child.port, { path: '/x/1?mode=pending' }))
    expect(await child.nextMessage()).toBe('asked')
    socket[giveUp]()
    await socket.closed
    // Answered by a later turn of the server, which has heard of the end by then.
    await expectAlive()
    child.send(outcome)
    await expectAlive()
  })

  it('may end in any byte of the request', async () => {
    const request = upgradeRequest(child.port, { path: '/x/1' })
    for (let length = 1; length < request.length; length += 7) {
      const socket = await RawSocket.connect(child.port)
      socket.sendBytes(request.slice(0, length))
      socket.end()
      socket.destroy()
    }
    await expectAlive()
  })
})

describe('a publish before anybody could hear it', () => {
  it('does not keep the app from starting', async () => {
    // The controller publishes in its constructor.
    child = await fork(fixture, { reportUnhandled: true })
    await expectAlive()
    await child.kill()
  })
})

describe('an option that ends the process inside uWebSockets.js', () => {
  it('is a definition error that names it', async () => {
    const idle = [1, 7, 961, 100_000, -1, 8.5, '60', null].map((idleTimeout) => ({ idleTimeout }))
    const lifetimes = [0, -1, 0.5, '1', null].map((maxLifetime) => ({ maxLifetime }))
    const payloads = [0, -1, 1.5, 2 ** 31, 2 ** 53, null].map((maxPayload) => ({ maxPayload }))
    const limits = [0, -1, 2 ** 31, null].map((limit) => ({ backpressure: { limit } }))
    const wrong = [...idle, ...lifetimes, ...payloads, ...limits]
    // uWebSockets.js takes no more than 240 minutes; Enfilade reckons lifetimes itself.
    const right = [8, 960, 0].map((idleTimeout) => ({ idleTimeout }))
    const all = [...wrong, ...right, { maxLifetime: 1_000_000 }]
    child = await fork('spec/support/fixtures/ground-options.ts', {
      args: [JSON.stringify(all)],
      ready: /^started/,
    })
    const { answers } = (await child.nextMessage()) as { answers: string[] }
    const named = wrong.map((options) => {
      const [name = ''] = Object.keys(options)
      return name === 'backpressure' ? 'createWsApp.backpressure.limit' : `createWsApp.${name}`
    })
    expect(answers).toEqual([...named, 'accepted', 'accepted', 'accepted', 'accepted'])
    await child.exit
  })
})

describe('two processes', () => {
  it('cannot share a port, of which each would get half of the clients', async () => {
    child = await fork(fixture)
    const second = await fork(fixture, { port: child.port }).then(
      (other) => other.kill(),
      (error: unknown) => (error as Error).message,
    )
    await child.kill()
    expect(second).toContain('WsListenError')
  })
})
