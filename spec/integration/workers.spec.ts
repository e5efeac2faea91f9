import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { WorkerStatus } from 'enfilade'
import { fork, type Child, type ForkOptions } from '../support/fork.js'
import { WireClient } from '../support/wire-client.js'

const fixture = 'spec/support/fixtures/worker-app.ts'
const room = '/chat/general'

let program: Child | undefined
let clients: WireClient[] = []

function leave(): void {
  for (const client of clients) client.terminate()
  clients = []
}

async function stop(): Promise<void> {
  leave()
  await program?.stop('SIGTERM', 12_000)
  program = undefined
}

async function start(workers: number, options: ForkOptions = {}): Promise<Child> {
  const env = { WORKERS: String(workers), LOG: 'yes', DRAIN: '0.3', ...options.env }
  program = await fork(fixture, { port: 0, readyMs: 30_000, ...options, env })
  return program
}

async function connect(): Promise<WireClient> {
  const client = await WireClient.connect(`ws://127.0.0.1:${program?.port ?? 0}`)
  clients.push(client)
  return client
}

/** One client at each worker: the system decides where a connection goes. */
async function connectToAll(count: number): Promise<Map<number, WireClient>> {
  const byPid = new Map<number, WireClient>()
  while (byPid.size < count) {
    const client = await connect()
    const pid = (await client.call('pid', '/process')) as number
    if (byPid.has(pid)) client.terminate()
    else byPid.set(pid, client)
  }
  return byPid
}

type Entry = [pid: number, client: WireClient]

/** The next frame of a document that has a type. */
async function frameOf(client: WireClient, type: string): Promise<any> {
  const push = await client.nextPush(
    ({ event, data }) => event === '$document' && (data as { type: string }).type === type,
  )
  return push.data
}

async function askWorkers(): Promise<WorkerStatus[]> {
  const response = await fetch(`http://127.0.0.1:${program?.port ?? 0}/workersz`)
  return (await response.json()) as WorkerStatus[]
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function until(isTrue: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isTrue())) await new Promise(setImmediate)
}

describe('an app with two workers', () => {
  const broken = join(tmpdir(), `enfilade-broken-${process.pid}`)

  const folder = mkdtempSync(join(tmpdir(), 'enfilade-workers-'))

  beforeAll(() => start(2, { env: { BROKEN_WHILE: broken, FOLDER: folder } }), 30_000)
  afterEach(leave)
  afterAll(async () => {
    await stop()
    rmSync(folder, { recursive: true })
  })

  it('is several processes on one port, and one that looks after them', async () => {
    const pid = program?.pid ?? 0
    const byPid = await connectToAll(2)
    expect(byPid.has(pid)).toBe(false)
    const workers = await askWorkers()
    expect(workers.map(({ id, state, restarts }) => [id, state, restarts])).toEqual([
      [1, 'listening', 0],
      [2, 'listening', 0],
    ])
    expect(new Set(workers.map((worker) => worker.pid))).toEqual(new Set(byPid.keys()))
    const connections = workers.reduce((sum, { figures }) => sum + (figures?.connections ?? 0), 0)
    expect(connections).toBeGreaterThanOrEqual(2)
  })

  it('is one room without a broker: across workers each message comes once, in order', async () => {
    const [ann, bob] = [...(await connectToAll(2)).values()] as [WireClient, WireClient]
    for (const client of [ann, bob]) await client.call('join', room)
    const texts = Array.from({ length: 100 }, (_, index) => `message ${index} ünï 💬`)
    for (const text of texts) await ann.call('say', room, text)
    await bob.nextPush((push) => push.data === texts.at(-1))
    expect(bob.pushes.map(({ data }) => data)).toEqual(texts)
    await bob.call('shout', '/chat/general', 'to all')
    expect(await ann.nextPush('shouted')).toMatchObject({ data: 'to all' })
    expect(ann.pushes).toHaveLength(1)
  })

  it('starts a worker again that is killed under load, and the others go on', async () => {
    const byPid = await connectToAll(2)
    const [[killed, lost], [kept, staying]] = [...byPid] as [
      [number, WireClient],
      [number, WireClient],
    ]
    let replies = 0
    const load = { isOn: true }
    const talk = (async () => {
      while (load.isOn) {
        expect(await staying.call('pid', '/process')).toBe(kept)
        replies++
      }
    })()
    process.kill(killed, 'SIGKILL')
    expect(await lost.closed).toMatchObject({ code: 1006 })
    await until(async () => (await askWorkers()).some(({ pid }) => pid !== kept && pid !== killed))
    await until(async () => (await askWorkers()).every(({ state }) => state === 'listening'))
    load.isOn = false
    await talk
    expect(replies).toBeGreaterThan(0)
    await staying.call('join', room)
    const fresh = [...(await connectToAll(2))].find(([pid]) => pid !== kept)?.[1]
    await fresh?.call('join', room)
    await fresh?.call('say', room, 'new here')
    expect((await staying.nextPush()).data).toBe('new here')
    const restarts = (await askWorkers()).map((worker) => worker.restarts)
    expect(restarts.sort()).toEqual([0, 1])
  })

  it('has one owner for each document without a broker; another goes on when that is killed', async () => {
    const byPid = [...(await connectToAll(2))] as [Entry, Entry]
    const [ann, bob] = byPid.map(([, client]) => client) as [WireClient, WireClient]
    const [pid] = byPid[0]
    expect(await ann.call('count', '/process')).toEqual({ x: 1, isHere: true })
    expect(await bob.call('count', '/process')).toEqual({ x: 2, isHere: false })
    const connect = { type: 'connect', wire: 1, client: 'bob', schema: {} }
    bob.send('$document', '/board/1', connect)
    expect((await frameOf(bob, 'records')).put).toMatchObject([{ id: 'count', x: 2 }])
    await frameOf(bob, 'synced')
    process.kill(pid, 'SIGKILL')
    expect(await frameOf(bob, 'closed')).toMatchObject({ code: 1012 })
    expect(await bob.call('count', '/process')).toEqual({ x: 3, isHere: true })
    bob.send('$document', '/board/1', connect)
    expect((await frameOf(bob, 'records')).put).toMatchObject([{ id: 'count', x: 3 }])
    await until(async () => (await askWorkers()).every(({ state }) => state === 'listening'))
  })

  it('replaces all workers on SIGHUP, while clients connect without a refusal', async () => {
    const pid = program?.pid ?? 0
    const before = new Set((await askWorkers()).map((worker) => worker.pid))
    const staying = await connect()
    const loop = { isOn: true, connections: 0 }
    const failures: unknown[] = []
    const connecting = Array.from({ length: 3 }, async () => {
      while (loop.isOn) {
        try {
          const client = await WireClient.connect(`ws://127.0.0.1:${program?.port ?? 0}`)
          loop.connections++
          client.terminate()
        } catch (error) {
          failures.push(error)
        }
      }
    })
    const replaced = program?.nextLine(/all workers have been replaced/, 20_000)
    process.kill(pid, 'SIGHUP')
    await replaced
    loop.isOn = false
    await Promise.all(connecting)
    // Linux resets what waits to be accepted when a port is given back (docs/scaling.md): at most what
    // each of those who connect has under way, for each worker. Nothing is refused, and nothing hangs.
    expect(failures).toEqual(failures.map(() => expect.objectContaining({ code: 'ECONNRESET' })))
    expect(failures.length).toBeLessThanOrEqual(connecting.length * before.size)
    expect(loop.connections).toBeGreaterThan(50)
    // Those of the old workers are told to come back.
    expect(await staying.closed).toMatchObject({ code: 1012 })
    const after = (await askWorkers()).map((worker) => worker.pid)
    expect(after.filter((each) => before.has(each))).toEqual([])
    expect(after).toHaveLength(2)
  }, 30_000)

  it('keeps its workers when those that are to replace them cannot start', async () => {
    const pid = program?.pid ?? 0
    const before = (await askWorkers()).map((worker) => worker.pid)
    writeFileSync(broken, '')
    try {
      const told = program?.nextLine(/did not start/, 20_000)
      process.kill(pid, 'SIGHUP')
      expect(JSON.parse((await told) ?? '')).toMatchObject({
        msg: 'the new worker 1 did not start; the others stay as they are',
      })
    } finally {
      rmSync(broken)
    }
    expect((await askWorkers()).map((worker) => worker.pid)).toEqual(before)
  }, 30_000)

  it('ends all workers on SIGTERM, with code 0', async () => {
    const child = program as Child
    const pids = (await askWorkers()).map((worker) => worker.pid ?? 0)
    const client = await connect()
    const exit = await child.stop('SIGTERM', 10_000)
    program = undefined
    expect(exit).toMatchObject({ code: 0, signal: null })
    expect(await client.closed).toMatchObject({ code: 1012 })
    expect(pids.map(exists)).toEqual([false, false])
  })
})

describe('an app with workers', () => {
  afterEach(stop)

  it('starts a worker again that ends of an error', async () => {
    await start(1)
    const client = await connect()
    client.send('throw', '/process')
    await client.closed
    const line = await program?.nextLine(/ended by itself/)
    expect(JSON.parse(line ?? '')).toMatchObject({
      level: 50,
      worker: 1,
      msg: expect.stringMatching(
        /^worker 1 ended by itself, with code 1; it is started again in \d+ ms$/,
      ),
    })
    await until(async () => (await askWorkers().catch(() => []))[0]?.state === 'listening')
  })

  it('tries again and again while workers cannot start, says so, and starts when they can', async () => {
    const broken = join(tmpdir(), `enfilade-start-${process.pid}`)
    writeFileSync(broken, '')
    const started = start(1, { env: { BROKEN_WHILE: broken }, ready: /ended before it listened/ })
    try {
      const child = await started
      expect(child.stderr).toContain('Error: the database is gone')
      expect(await child.nextLine(/2 times in a row/)).toMatch(
        /worker 1 ended before it listened, with code 1 \(2 times in a row\); it is started again in \d+ ms/,
      )
    } finally {
      rmSync(broken)
    }
    expect(await program?.nextMessage()).toMatchObject({ role: 'supervisor' })
  }, 30_000)

  it('leaves no worker behind when it is killed itself', async () => {
    const child = await start(2)
    const pids = (await askWorkers()).map((worker) => worker.pid ?? 0)
    await child.kill()
    program = undefined
    await until(() => !pids.some(exists))
    expect(pids.map(exists)).toEqual([false, false])
  })

  it('does not share its port with a stranger', async () => {
    const stranger = createServer().listen(0, '127.0.0.1')
    await once(stranger, 'listening')
    const { port } = stranger.address() as AddressInfo
    await expect(start(1, { port })).rejects.toThrow(`cannot listen on 127.0.0.1:${port}`)
    stranger.close()
    await once(stranger, 'close')
  })
})
