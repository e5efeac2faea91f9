import type { ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { describe, expect, it } from '@jest/globals'
import { BackOff } from '../../../lib/workers/back-off.js'
import { Supervisor } from '../../../lib/workers/supervisor.js'
import { WorkerHub } from '../../../lib/workers/worker-hub.js'
import type { SupervisorMessage } from '../../../lib/workers/worker-messages.js'
import { VirtualClock } from '../../../lib/testing/virtual-clock.js'
import { nextTurn } from '../../support/next-turn.js'
import { createRecordingLogger } from '../../support/recording-logger.js'

const figures = { connections: 5, memory: 1000, cpu: 1 }

/** A process that does what the test says. */
class FakeChild extends EventEmitter {
  readonly orders: SupervisorMessage[] = []
  readonly signals: string[] = []
  connected = true
  /** Whether it says how many connections it has. */
  answers = true
  constructor(readonly pid: number) {
    super()
  }

  send(message: SupervisorMessage, _handle: unknown, _options: unknown, done: () => void): boolean {
    done()
    if (message.enfilade !== 'figures') this.orders.push(message)
    else if (this.answers) this.emit('message', { ...message, figures })
    return true
  }

  kill(signal: string): boolean {
    this.signals.push(signal)
    return true
  }

  listens(port = 3000): void {
    this.emit('message', { enfilade: 'listening', port })
  }

  exits(code: number | null, signal: NodeJS.Signals | null = null): void {
    this.connected = false
    this.emit('exit', code, signal)
  }
}

function supervise(
  options: { workers?: number; port?: number; random?: number; waitsForChange?: boolean } = {},
) {
  const { workers = 2, port = 3000, random = 0.5, waitsForChange = false } = options
  const children: FakeChild[] = []
  const clock = new VirtualClock()
  const logger = createRecordingLogger()
  const picked = [4001, 4002]
  const supervisor = new Supervisor({
    ...{ workers, drain: 5, startTimeout: 60, hub: new WorkerHub(), logger, clock },
    ...{ address: { port, host: undefined }, waitsForChange, upgrades: 50 },
    fork: () => {
      const child = new FakeChild(100 + children.length)
      children.push(child)
      return child as unknown as ChildProcess
    },
    pickPort: () => Promise.resolve(picked.shift() ?? 0),
    random: () => random,
  })
  const texts = (): string[] => logger.entries.map((line) => line.message)
  return { supervisor, children, clock, logger, texts }
}

const at = (children: FakeChild[], index: number): FakeChild => children[index] as FakeChild

describe('Supervisor', () => {
  it('is ready when all listen, and tells each where', async () => {
    const { supervisor, children } = supervise()
    const started = supervisor.start()
    for (const child of children) child.emit('message', { enfilade: 'ask' })
    const address = { port: 3000, host: undefined }
    expect(at(children, 1).orders).toEqual([{ enfilade: 'listen', address }])
    for (const child of children) child.listens()
    expect(await started).toBe(3000)
  })

  it('has one worker try a port that was picked, and another one another when that ends', async () => {
    const { supervisor, children } = supervise({ port: 0 })
    const started = supervisor.start()
    const [first, second] = children as [FakeChild, FakeChild]
    for (const child of children) child.emit('message', { enfilade: 'ask' })
    await nextTurn()
    expect([first.orders.length, second.orders.length]).toEqual([1, 0])
    first.exits(1)
    await nextTurn()
    const address = { port: 4002, host: undefined }
    expect(second.orders).toEqual([{ enfilade: 'listen', address }])
    second.listens(4002)
    void started
    expect((await supervisor.status()).map(({ state }) => state)).toEqual(['waiting', 'listening'])
  })

  it('starts a worker again after a pause that grows, for ever, and says so', async () => {
    const { supervisor, children, clock, texts } = supervise({ workers: 1 })
    void supervisor.start()
    const pauses: number[] = []
    for (let round = 1; round <= 12; round++) {
      const before = clock.now()
      at(children, round - 1).emit('message', { enfilade: 'failed', text: 'no luck' })
      at(children, round - 1).exits(1)
      while (children.length === round) await clock.advance(50)
      pauses.push(clock.now() - before)
    }
    expect(pauses.slice(0, 4)).toEqual([100, 200, 400, 800])
    expect(pauses.slice(-3)).toEqual([15_000, 15_000, 15_000])
    expect(texts()[2]).toBe(
      'worker 1 ended before it listened, with code 1 (3 times in a row): no luck; it is started again in 400 ms',
    )
  })

  it('kills a worker that does not listen in time', async () => {
    const { supervisor, children, clock, texts } = supervise({ workers: 1 })
    void supervisor.start()
    await clock.advance(60_000)
    expect(at(children, 0).signals).toEqual(['SIGKILL'])
    expect(texts()).toEqual(['worker 1 does not listen after 60 s'])
  })

  it('replaces one after the other, and an old one only when the new one listens', async () => {
    const { supervisor, children } = supervise()
    void supervisor.start()
    for (const child of children) child.listens()
    const done = supervisor.restart()
    expect(children).toHaveLength(3)
    expect(at(children, 0).orders).toEqual([])
    at(children, 2).listens()
    await nextTurn()
    const order = { drain: 5, isReplaced: true, upgrades: 50 }
    expect(at(children, 0).orders).toEqual([{ enfilade: 'close', order }])
    expect(children).toHaveLength(3)
    at(children, 0).exits(0)
    await nextTurn()
    at(children, 3).listens()
    await nextTurn()
    at(children, 1).exits(0)
    await done
    expect((await supervisor.status()).map(({ pid }) => pid)).toEqual([102, 103])
  })

  it('makes another round when it is asked meanwhile', async () => {
    const { supervisor, children } = supervise({ workers: 1 })
    void supervisor.start()
    at(children, 0).listens()
    const done = supervisor.restart()
    void supervisor.restart()
    at(children, 1).listens()
    await nextTurn()
    at(children, 0).exits(0)
    await nextTurn()
    at(children, 2).listens()
    await nextTurn()
    at(children, 1).exits(0)
    await done
    expect(children).toHaveLength(3)
  })

  it('starts the old worker again that ended while a new one could not start', async () => {
    const { supervisor, children } = supervise({ workers: 1 })
    void supervisor.start()
    at(children, 0).listens()
    const done = supervisor.restart()
    at(children, 0).exits(1)
    expect(children).toHaveLength(2)
    at(children, 1).exits(1)
    await done
    expect(children).toHaveLength(3)
  })

  it('stops all, in order, and is told what was not', async () => {
    const { supervisor, children, clock } = supervise({ workers: 3 })
    const started = supervisor.start()
    at(children, 0).listens()
    at(children, 1).listens()
    const stopped = supervisor.stop(2)
    const order = { drain: 2, isReplaced: false }
    expect(at(children, 0).orders).toEqual([{ enfilade: 'close', order }])
    // One that does not listen yet serves nobody.
    expect(at(children, 2).signals).toEqual(['SIGTERM'])
    at(children, 0).exits(0)
    at(children, 2).exits(null, 'SIGTERM')
    await clock.advance(12_000)
    expect(at(children, 1).signals).toEqual(['SIGKILL'])
    at(children, 1).exits(null, 'SIGKILL')
    await expect(stopped).rejects.toThrow(
      'not all workers ended in order: worker 2 ended with signal SIGKILL, since it did not end in time',
    )
    await expect(started).rejects.toThrow('the app has been closed')
    expect(children).toHaveLength(3)
  })

  it('tells figures of those that answer within a second', async () => {
    const { supervisor, children, clock } = supervise()
    void supervisor.start()
    for (const child of children) child.listens()
    at(children, 1).answers = false
    const status = supervisor.status()
    await clock.advance(1_000)
    expect((await status).map((worker) => worker.figures)).toEqual([figures, undefined])
  })

  it('goes on when the system has no process left', async () => {
    const { supervisor, children, clock } = supervise({ workers: 1 })
    void supervisor.start()
    Object.assign(at(children, 0), { pid: undefined })
    at(children, 0).emit('error', new Error('spawn EAGAIN'))
    await clock.advance(100)
    expect(children).toHaveLength(2)
  })
})

describe('a supervisor of a program that is being written', () => {
  it('leaves what cannot start alone until something changes, and is ready when it does', async () => {
    const { supervisor, children, clock, texts } = supervise({ workers: 1, waitsForChange: true })
    const started = supervisor.start()
    at(children, 0).exits(1)
    await clock.advance(60_000)
    expect(texts()).toEqual([
      'worker 1 ended before it listened, with code 1; it waits for a change',
    ])
    const broken = supervisor.restart()
    at(children, 1).exits(1)
    await broken
    expect(texts().at(-1)).toBe('the new worker 1 did not start; it waits for a change')
    expect(children).toHaveLength(2)
    void supervisor.restart()
    at(children, 2).listens()
    expect(await started).toBe(3000)
  })

  it('goes on as it was while what is new cannot start', async () => {
    const { supervisor, children, texts } = supervise({ workers: 1, waitsForChange: true })
    void supervisor.start()
    at(children, 0).listens()
    const broken = supervisor.restart()
    at(children, 1).exits(1)
    await broken
    expect(at(children, 0).orders).toEqual([])
    expect(texts().at(-1)).toBe('the new worker 1 did not start; the others stay as they are')
  })

  it('gives up what does not listen yet, without a word, when there is something newer', async () => {
    const { supervisor, children, texts } = supervise({ workers: 1, waitsForChange: true })
    void supervisor.start()
    at(children, 0).listens()
    void supervisor.restart()
    void supervisor.restart()
    expect(at(children, 1).signals).toEqual(['SIGKILL'])
    at(children, 1).exits(null, 'SIGKILL')
    await nextTurn()
    at(children, 2).listens()
    await nextTurn()
    expect(at(children, 0).orders).toHaveLength(1)
    expect(texts().join()).not.toContain('did not start')
  })

  it('starts a worker again that did listen', async () => {
    const { supervisor, children, clock } = supervise({ workers: 1, waitsForChange: true })
    void supervisor.start()
    at(children, 0).listens()
    await clock.advance(1_000)
    at(children, 0).exits(1)
    await clock.advance(200)
    expect(children).toHaveLength(2)
  })
})

describe('BackOff', () => {
  it('waits a random time below a bound that doubles up to half a minute', () => {
    const most = new BackOff(() => 0.999_999)
    const bounds = Array.from({ length: 9 }, () => most.failed(0))
    expect(bounds).toEqual([200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000])
    expect(new BackOff(() => 0).failed(0)).toBe(0)
  })

  it('begins anew for one that did listen for ten seconds', () => {
    const backOff = new BackOff(() => 0.5)
    for (let failures = 0; failures < 5; failures++) backOff.failed(9_999)
    expect(backOff.failures).toBe(5)
    expect([backOff.failed(10_000), backOff.failures]).toEqual([100, 1])
  })
})
