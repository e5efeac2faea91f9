import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import type { Link } from '../../../lib/load/link.js'
import type { Room } from '../../../benchmarks/load/room.js'
import { Rotation } from '../../../benchmarks/load/rotation.js'
import { WIRES } from '../../../benchmarks/load/wires.js'
import type { Scenario } from '../../../benchmarks/scenarios/scenario.js'

const scenario: Scenario = {
  name: 'shared',
  message: { event: 'say', path: '/room/shared' },
  ...{ variants: 1, senders: 2, depth: 1, members: 2, shared: true },
}

/** A connection on which nothing happens but what a test makes happen. */
class FakeLink {
  readonly wire = WIRES.json
  onMessages: (count: number) => void = () => undefined
  written = 0

  constructor(private readonly onWrite: () => void = () => undefined) {}

  write(): void {
    this.written++
    this.onWrite()
  }
}

const room = { isReady: () => true, replied: jest.fn() }

function rotationOf(links: FakeLink[], probes: FakeLink[], more: Partial<Scenario> = {}): Rotation {
  return new Rotation(
    links as unknown as Link[],
    room as unknown as Room,
    probes as unknown as Link[],
    { ...scenario, ...more },
  )
}

beforeEach(() => {
  jest.useFakeTimers()
  room.replied.mockClear()
})

afterEach(() => {
  jest.useRealTimers()
})

describe('senders that take turns', () => {
  it('write when the one before was answered, until their time is up', async () => {
    const order: number[] = []
    const links = [0, 1].map((index) => new FakeLink(() => order.push(index)))
    const probe = new FakeLink()
    const sent = rotationOf(links, [probe]).run(performance.now() + 100)
    for (const sender of [0, 1, 0]) {
      expect(order.at(-1)).toBe(sender)
      jest.advanceTimersByTime(40)
      links[sender]?.onMessages(1)
      probe.onMessages(1)
    }
    expect(await sent).toBe(3)
    expect(order).toEqual([0, 1, 0])
    expect(room.replied).toHaveBeenCalledTimes(3)
  })

  it('write at a steady rate when they have one, whether answers come or not', async () => {
    const link = new FakeLink()
    const probe = new FakeLink()
    const sent = rotationOf([link], [probe], { rate: 10 }).run(performance.now() + 1000)
    jest.advanceTimersByTime(1000)
    expect(link.written).toBe(10)
    for (let reply = 0; reply < 10; reply++) link.onMessages(1)
    probe.onMessages(10)
    expect(await sent).toBe(10)
  })

  it('tell how long each message took to each probe', async () => {
    const link = new FakeLink()
    const probes = [new FakeLink(), new FakeLink()]
    const rotation = rotationOf([link], probes)
    for (const delay of [5, 7]) {
      const sent = rotation.run(performance.now() + 1)
      jest.advanceTimersByTime(delay)
      probes[0]?.onMessages(1)
      jest.advanceTimersByTime(1)
      probes[1]?.onMessages(1)
      link.onMessages(1)
      expect(await sent).toBe(1)
      expect(rotation.latencies).toEqual([delay, delay + 1])
    }
  })

  it('are not done before every probe has seen every message', async () => {
    const link = new FakeLink()
    const probe = new FakeLink()
    let done = false
    const sent = rotationOf([link], [probe]).run(performance.now() + 1)
    void sent.then(() => (done = true))
    jest.advanceTimersByTime(2)
    link.onMessages(1)
    await Promise.resolve()
    await Promise.resolve()
    expect(done).toBe(false)
    probe.onMessages(1)
    expect(await sent).toBe(1)
  })
})
