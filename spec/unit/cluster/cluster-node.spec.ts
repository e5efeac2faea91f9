import { beforeEach, describe, expect, it } from '@jest/globals'
import type { TransportStatus, TransportStatusChange, WsManagedTransport } from 'enfilade'
import { ClusterNode, type ClusterNodeParts } from '../../../lib/cluster/cluster-node.js'
import type { NodeChange } from '../../../lib/cluster/cluster-state.js'
import { VirtualClock } from '../../../lib/testing/virtual-clock.js'
import { FakeTransport } from '../../support/fake-transport.js'

/** A transport that says of itself what the spec says. */
class StatedTransport extends FakeTransport implements WsManagedTransport {
  status: TransportStatus = 'ready'
  override isSync = true
  readonly #listeners = new Set<(change: TransportStatusChange) => void>()

  onStatus(listener: (change: TransportStatusChange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  onGap(): () => void {
    return () => undefined
  }

  become(status: TransportStatus): void {
    const previous = this.status
    this.status = status
    for (const listener of this.#listeners) listener({ status, previous })
  }

  get listeners(): number {
    return this.#listeners.size
  }

  /** What was published and not looked at yet, as one word each. */
  kinds(): string[] {
    return this.published.splice(0).map(({ payload }) => (JSON.parse(head(payload)) as Head).kind)
  }
}

interface Head {
  readonly kind: string
}

const head = (payload: string): string => payload.slice(0, payload.indexOf('\n'))

let clock: VirtualClock
let transport: StatedTransport
let node: ClusterNode
let faults: { error: unknown; action: string }[]
let changes: NodeChange[]

function create(parts: Partial<ClusterNodeParts> = {}): ClusterNode {
  faults = []
  changes = []
  return new ClusterNode({
    ...{ transport, clock },
    count: () => ({ connections: 3, rooms: 2 }),
    answer: () => 7,
    changed: () => undefined,
    onNode: (change) => changes.push(change),
    onFault: (error, action) => faults.push({ error, action }),
    ...parts,
  })
}

/** Another node says something. */
function say(message: object, from = 'other', channel = 'ws:cluster'): void {
  const line = { v: 1, node: from, generation: 1, ...message }
  transport.receive(channel, `${JSON.stringify(line)}\n`)
}

const beat = { kind: 'beat', version: 0, uptime: 0, connections: 0, rooms: 0 }
const question = { name: 'count' }

beforeEach(async () => {
  clock = new VirtualClock()
  transport = new StatedTransport()
  node = create()
  await node.subscribe()
  node.start()
})

describe('a node', () => {
  it('says hello, then that it lives every 5 s, and goodbye', async () => {
    const first = JSON.parse(head(transport.published[0]?.payload ?? '')) as object
    expect(first).toMatchObject({ v: 1, kind: 'beat', hello: true, connections: 3, rooms: 2 })
    transport.kinds()
    await clock.advance(4_999)
    expect(transport.kinds()).toEqual([])
    await clock.advance(10_001)
    expect(transport.kinds()).toEqual(['beat', 'beat', 'beat'])
    await node.stop()
    expect(transport.kinds()).toEqual(['bye'])
    expect([transport.handlers.size, transport.listeners, transport.faults]).toEqual([0, 0, []])
    await clock.advance(20_000)
    expect(transport.kinds()).toEqual([])
  })

  it('gives back what it has subscribed when the rest fails', async () => {
    class Half extends StatedTransport {
      override subscribe(
        channel: string,
        handler: (payload: string) => void,
      ): void | Promise<void> {
        if (channel !== 'ws:cluster') throw new Error('enough')
        return super.subscribe(channel, handler)
      }
    }
    transport = new Half()
    node = create()
    await expect(node.subscribe()).rejects.toThrow('enough')
    await node.stop()
    expect([transport.handlers.size, transport.faults]).toEqual([0, []])
  })

  it('has a higher generation each time it starts', async () => {
    const generation = node.nodes()[0]?.generation ?? Infinity
    await node.stop()
    await node.subscribe()
    expect(node.nodes()[0]?.generation).toBeGreaterThan(generation)
  })

  it('that cannot publish complains once a minute, and harms nobody', async () => {
    transport.publish = () => Promise.reject(new Error('no'))
    await clock.advance(59_999)
    expect(faults).toEqual([{ error: new Error('no'), action: 'publish' }])
    await clock.advance(20_000)
    expect(faults).toHaveLength(2)
  })

  it('hears nothing before it has started, and after it has stopped', async () => {
    await node.stop()
    await node.subscribe()
    say(beat)
    expect(node.nodes()).toHaveLength(1)
    expect(changes).toEqual([])
  })
})

describe('a question', () => {
  it('waits for others to show in the first second, and then for those there are', async () => {
    let answer: unknown
    void node.ask({ question, deadline: 5_000 }).then((asked) => (answer = asked))
    await clock.advance(999)
    expect(answer).toBeUndefined()
    await clock.advance(1)
    expect(answer).toEqual({ results: [], partial: false })
    expect(await node.ask({ question, deadline: 5_000 })).toEqual({ results: [], partial: false })
  })

  it('is not answered in full by a node that shows too late', async () => {
    const asked = node.ask({ question, deadline: 500 })
    await clock.advance(500)
    expect(await asked).toEqual({ results: [], partial: true })
  })

  it('is answered by a node that was not known when it was asked', async () => {
    const asked = node.ask({ question, deadline: 2_000 })
    const id = (JSON.parse(head(transport.published.at(-1)?.payload ?? '')) as { id: string }).id
    say(beat, 'late')
    say({ kind: 'answer', id, result: 5 }, 'late')
    await clock.advance(1_000)
    expect(await asked).toEqual({ results: [5], partial: false })
  })

  it('waits for nobody who leaves', async () => {
    await clock.advance(1_000)
    say(beat)
    const asked = node.ask({ question, deadline: 5_000 })
    say({ kind: 'bye' })
    expect(await asked).toEqual({ results: [], partial: false })
    expect(changes.map(({ change }) => change)).toEqual(['joined', 'left'])
  })

  it.each(['down', 'connecting'] as const)('is partial at once while %s', async (status) => {
    await clock.advance(1_000)
    transport.kinds()
    transport.become(status)
    expect(await node.ask({ question, deadline: 5_000 })).toEqual({ results: [], partial: true })
    expect(await node.sync(5_000)).toBe(false)
    expect(transport.kinds()).toEqual([])
  })

  it('is asked while degraded, and partial even when all answer', async () => {
    await clock.advance(1_000)
    say(beat)
    transport.become('degraded')
    const asked = node.ask({ question, deadline: 5_000 })
    const id = (JSON.parse(head(transport.published.at(-1)?.payload ?? '')) as { id: string }).id
    say({ kind: 'answer', id, result: 5 })
    expect(await asked).toEqual({ results: [5], partial: true })
  })

  it('ends with the node', async () => {
    const asked = node.ask({ question, deadline: 5_000 })
    await node.stop()
    expect(await asked).toEqual({ results: [], partial: true })
  })
})

describe('an order', () => {
  const order = { question, deadline: 100, once: true }
  const asks = (): number => transport.kinds().filter((kind) => kind === 'ask').length

  it('is repeated to who has not answered, for a minute', async () => {
    await clock.advance(1_000)
    say(beat)
    void node.ask(order)
    await clock.advance(100)
    expect(asks()).toBe(2)
    for (let second = 0; second < 12; second++) {
      await clock.advance(5_000)
      say(beat)
    }
    expect(asks()).toBe(12)
    await clock.advance(10_000)
    expect(asks()).toBe(0)
  })

  it('that came to nothing while down goes out when the broker is back', async () => {
    say(beat)
    transport.become('down')
    expect(await node.ask(order)).toEqual({ results: [], partial: true })
    transport.kinds()
    transport.become('ready')
    expect(transport.kinds()).toEqual(['beat', 'ask'])
  })

  it('is told to a node that comes later, and no more when that has answered', async () => {
    await clock.advance(1_000)
    void node.ask(order)
    const id = (JSON.parse(head(transport.published.at(-1)?.payload ?? '')) as { id: string }).id
    transport.kinds()
    say(beat, 'late')
    expect(asks()).toBe(1)
    say({ kind: 'answer', id, result: 0 }, 'late')
    await clock.advance(5_000)
    expect(asks()).toBe(0)
  })
})

describe('an answer', () => {
  const ask = { kind: 'ask', id: '1', ago: 0, question: { name: 'x' } }
  const own = (): string => `ws:cluster:${node.id}`

  it('goes to who asked, also when that is not known yet', () => {
    transport.kinds()
    say(ask, 'stranger')
    expect(transport.published[0]?.channel).toBe('ws:cluster:stranger')
    expect(JSON.parse(head(transport.published[0]?.payload ?? ''))).toMatchObject({
      ...{ kind: 'answer', id: '1', result: 7 },
    })
  })

  it('is found once for what changes something', async () => {
    let calls = 0
    await node.stop()
    node = create({ answer: () => Promise.resolve(++calls) })
    await node.subscribe()
    node.start()
    transport.kinds()
    for (let time = 0; time < 3; time++) say({ ...ask, once: true }, 'other', own())
    await clock.settle()
    say({ ...ask, once: true })
    expect([calls, transport.kinds()]).toEqual([1, ['answer', 'answer', 'answer', 'answer']])
    say({ ...ask, once: true, id: '2' })
    await clock.settle()
    expect(calls).toBe(2)
  })

  it('that cannot be found is none, and found when it is asked for again', async () => {
    let isBroken = true
    await node.stop()
    const answer = (): Promise<number> =>
      isBroken ? Promise.reject(new Error('broken')) : Promise.resolve(1)
    node = create({ answer })
    await node.subscribe()
    node.start()
    transport.kinds()
    say({ ...ask, once: true })
    await clock.settle()
    expect([transport.kinds(), faults]).toMatchObject([[], [{ action: 'receive' }]])
    isBroken = false
    say({ ...ask, once: true })
    await clock.settle()
    expect(transport.kinds()).toEqual(['answer'])
  })
})
