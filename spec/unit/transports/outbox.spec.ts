import { beforeEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { readFrame } from '../../../lib/transports/managed/frame.js'
import { Outbox, type Batch, type OutboxLimits } from '../../../lib/transports/managed/outbox.js'
import { PublisherStreams } from '../../../lib/transports/managed/publisher-streams.js'
import {
  startCounters,
  type RunningCounters,
} from '../../../lib/transports/managed/transport-counters.js'

const LIMITS: OutboxLimits = { queue: 100_000, strained: 1_000, inFlight: 2_000 }
const KEPT = { messages: 3, size: 1_000, age: 5_000 }

let counters: RunningCounters

function makeOutbox(limits: Partial<OutboxLimits> = {}): Outbox {
  counters = startCounters()
  const streams = new PublisherStreams(10)
  return new Outbox('me', { limits: { ...LIMITS, ...limits }, streams, counters })
}

function offer(outbox: Outbox, ...payloads: string[]): boolean[] {
  return payloads.map((payload) => outbox.offer({ channel: 'a', payload }, 0))
}

/** What a batch holds: `channel first: payload payload`. */
function contents(batch: Batch | undefined): string[] | undefined {
  return batch?.frames.map(({ channel, payload }) => {
    const frame = readFrame(payload)
    return `${channel} ${frame?.first}: ${frame?.payloads.join(' ')}`
  })
}

function lost(): Record<string, number> {
  return Object.fromEntries(Object.entries(counters.lost).filter(([, count]) => count > 0))
}

describe('an outbox that is open', () => {
  let outbox: Outbox

  beforeEach(() => {
    outbox = makeOutbox()
    outbox.setFlow('open', 0)
  })

  it('joins messages of a channel that follow each other, and keeps their order', () => {
    offer(outbox, '1', '2')
    outbox.offer({ channel: 'b', payload: 'x' }, 0)
    offer(outbox, '3')
    const batch = outbox.take()
    expect(contents(batch)).toEqual(['a 1: 1 2 3', 'b 1: x'])
    expect(outbox.isEmpty).toBe(false)
    outbox.settle(batch as Batch, [1])
    expect(outbox.isEmpty).toBe(true)
    expect(counters).toMatchObject({ sent: 4, delivered: 3, pending: 0, lost: { refused: 1 } })
  })

  it('waits for answers when enough is on its way', () => {
    offer(outbox, 'x'.repeat(1_000), 'y'.repeat(1_000), 'z')
    const first = outbox.take()
    expect(first?.counts).toEqual([2])
    expect(outbox.take()).toBeUndefined()
    outbox.settle(first as Batch, [])
    expect(contents(outbox.take())).toEqual(['a 3: z'])
  })

  it('counts what is on its way when the connection goes, once', () => {
    offer(outbox, '1', '2')
    const batch = outbox.take() as Batch
    outbox.abandonAll()
    outbox.settle(batch, [])
    outbox.abandon(batch)
    expect(counters).toMatchObject({ delivered: 0, pending: 0, lost: { unconfirmed: 2 } })
  })

  it('refuses what the broker would not take, by its bytes', () => {
    outbox.maxPayload = 1_100
    expect(offer(outbox, 'x'.repeat(1_000), 'x'.repeat(1_001), '💬'.repeat(251))).toEqual([
      true,
      false,
      false,
    ])
    expect(lost()).toEqual({ refused: 2 })
  })

  it('makes no frame larger than the broker takes', () => {
    outbox.maxPayload = 1_000
    offer(outbox, 'x'.repeat(100), 'y'.repeat(100), 'z'.repeat(100))
    const batch = outbox.take()
    expect(batch?.counts).toEqual([1, 1, 1])
  })

  it('takes no more than may wait', () => {
    const accepted = offer(outbox, 'x'.repeat(99_800), 'y', 'z'.repeat(100))
    expect(accepted).toEqual([true, false, false])
    expect(lost()).toEqual({ overflow: 2 })
  })

  it('drops the last when the broker begins to be late and more waits than then may', () => {
    offer(outbox, 'x'.repeat(500), 'y'.repeat(500), 'z')
    outbox.setFlow('strained', 0)
    expect(contents(outbox.take())).toEqual([`a 1: ${'x'.repeat(500)}`])
    expect(lost()).toEqual({ overflow: 2 })
  })

  it('numbers what it loses, so that receivers see the hole', () => {
    outbox.maxPayload = 200
    offer(outbox, '1', 'x'.repeat(200), '3')
    expect(contents(outbox.take())).toEqual(['a 1: 1', 'a 3: 3'])
  })

  it('starts a new stream for a channel that it has forgotten', () => {
    offer(outbox, '1')
    for (let index = 0; index < 10; index++) outbox.offer({ channel: `${index}`, payload: '' }, 0)
    offer(outbox, '2')
    const frames = outbox.take()?.frames.map(({ payload }) => readFrame(payload)) ?? []
    const [first, last] = [frames[0], frames.at(-1)]
    expect([first?.first, last?.first]).toEqual([1, 1])
    expect(last?.stream).toBeGreaterThan(first?.stream ?? Infinity)
  })
})

describe('an outbox that is shut', () => {
  it('accepts nothing and counts it, and forgets what waits', () => {
    const outbox = makeOutbox()
    outbox.setFlow('open', 0)
    offer(outbox, '1')
    outbox.setFlow('shut', 0)
    expect(offer(outbox, '2')).toEqual([false])
    expect([outbox.take(), outbox.isEmpty]).toEqual([undefined, true])
    expect(lost()).toEqual({ outage: 2 })
  })

  it.each([
    ['messages', ['1', '2', '3', '4'], [true, true, true, false]],
    ['size', ['x'.repeat(500), 'y'.repeat(500), 'z'], [true, false, true]],
  ])('keeps a bounded number when told to: %s', (_bound, payloads, accepted) => {
    const outbox = makeOutbox({ kept: KEPT })
    expect(offer(outbox, ...payloads)).toEqual(accepted)
    expect(outbox.take()).toBeUndefined()
    outbox.setFlow('open', KEPT.age - 1)
    expect(outbox.take()?.counts.reduce((sum, count) => sum + count, 0)).toBe(
      accepted.filter((each) => each).length,
    )
    expect(lost()).toEqual({ overflow: 1 })
  })

  it('keeps nothing for longer than it may', () => {
    const outbox = makeOutbox({ kept: KEPT })
    offer(outbox, '1')
    outbox.offer({ channel: 'a', payload: '2' }, 100)
    outbox.expire(KEPT.age)
    expect(counters.pending).toBe(1)
    outbox.setFlow('shut', KEPT.age + 100)
    expect(lost()).toEqual({ expired: 2 })
    expect(outbox.isEmpty).toBe(true)
  })

  it('accepts nothing once it is closed, whatever it keeps', () => {
    const outbox = makeOutbox({ kept: KEPT })
    outbox.close()
    expect(offer(outbox, '1')).toEqual([false])
    expect(lost()).toEqual({ outage: 1 })
  })
})

type Step =
  | { do: 'offer'; channel: string; size: number }
  | { do: 'flow'; flow: 'open' | 'strained' | 'shut' }
  | { do: 'take' | 'settle' | 'abandonAll' }
  | { do: 'pass'; ms: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('offer'),
      channel: fc.constantFrom('a', 'b'),
      size: fc.nat(600),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('take', 'settle', 'abandonAll') }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('flow'),
      flow: fc.constantFrom('open', 'strained', 'shut'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pass'), ms: fc.nat(4_000) }) },
)

it('sends what is not lost, once and in order, and counts the rest, in any schedule', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(step, { maxLength: 80 }), (keeps, steps) => {
      const outbox = makeOutbox(keeps ? { kept: KEPT } : {})
      const batches: Batch[] = []
      const last: Record<string, number> = {}
      let now = 0
      const takeAll = (): void => {
        for (let batch = outbox.take(); batch; batch = outbox.take()) {
          batches.push(batch)
          for (const { channel, payload } of batch.frames) {
            const frame = readFrame(payload)
            expect(frame?.first).toBeGreaterThan(last[channel] ?? 0)
            last[channel] = (frame?.first ?? 0) + (frame?.payloads.length ?? 0) - 1
          }
        }
      }
      for (const next of steps) {
        if (next.do === 'offer') {
          outbox.offer({ channel: next.channel, payload: 'x'.repeat(next.size) }, now)
        } else if (next.do === 'flow') outbox.setFlow(next.flow, now)
        else if (next.do === 'pass') outbox.expire((now += next.ms))
        else if (next.do === 'take') takeAll()
        else if (next.do === 'abandonAll') outbox.abandonAll()
        else for (const batch of batches.splice(0)) outbox.settle(batch, [])
        const { sent, delivered, pending } = counters
        const gone = Object.values(counters.lost).reduce((sum, count) => sum + count, 0)
        expect(delivered + pending + gone).toBe(sent)
      }
      outbox.abandonAll()
      outbox.setFlow('shut', Infinity)
      expect([counters.pending, outbox.isEmpty]).toEqual([0, true])
    }),
    { numRuns: 2_000, seed: 1 },
  )
})
