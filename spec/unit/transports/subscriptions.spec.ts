import { beforeEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  Subscriptions,
  type SubscriptionOutcome,
} from '../../../lib/transports/managed/subscriptions.js'

const RUNS = Number(process.env.PROPERTY_RUNS ?? 10_000)
const SEED = Number(process.env.PROPERTY_SEED ?? 1)
const CHANNELS = ['a', 'b', 'c']
const LINGER = 5_000

type Kind = SubscriptionOutcome['kind']
type Step =
  | { do: 'join' | 'leave'; channel: string }
  /** Answers one of the operations that wait, as the broker. */
  | { do: 'answer'; which: number; isGood: boolean }
  | { do: 'outage' | 'recover' | 'giveUp' | 'pump' }
  | { do: 'pass'; ms: number }

const channel = fc.constantFrom(...CHANNELS)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('join', 'leave'), channel }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('answer'),
      which: fc.nat(5),
      isGood: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('pump') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('outage', 'recover', 'giveUp') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass'), ms: fc.nat(8_000) }) },
)

/** A broker that answers when a schedule says so, and members that join and leave. */
class World {
  readonly gone: string[] = []
  readonly subscriptions = new Subscriptions(LINGER, (name) => this.gone.push(name))
  /** What the broker hands on. */
  readonly on = new Set<string>()
  /** Channels whose last join was not refused, and that were not left since. */
  readonly members = new Set<string>()
  readonly faults: string[] = []
  waiting = 0
  #pending: { kind: Kind; channel: string }[] = []
  #isUp = true
  #now = 0

  run(next: Step): void {
    switch (next.do) {
      case 'join':
        return this.#join(next.channel)
      case 'leave':
        this.members.delete(next.channel)
        return this.subscriptions.unwant(next.channel, this.#now)
      case 'answer':
        return this.#answer(next.which, next.isGood)
      case 'outage':
        return this.#outage()
      case 'recover':
        this.#isUp = true
        return
      case 'giveUp':
        return this.#isUp ? undefined : this.subscriptions.release()
      case 'pump':
        return this.#pump()
      case 'pass':
        this.#now += next.ms
    }
  }

  /** The broker is back, answers everything, and all times are over. */
  finish(): void {
    this.#isUp = true
    for (let round = 0; round < 12; round++) {
      this.#pump()
      while (this.#pending.length > 0) this.#answer(0, true)
      this.#now += LINGER
    }
  }

  #join(name: string): void {
    this.waiting++
    this.members.add(name)
    this.subscriptions.want(name, (error) => {
      this.waiting--
      if (error && !error.message.startsWith('unsubscribed')) this.members.delete(name)
      // Without an outage, whoever was told yes hears everything.
      if (!error && this.#isUp && !this.on.has(name)) this.faults.push(`${name} was told too early`)
    })
  }

  #pump(): void {
    if (!this.#isUp) return
    const steps = this.subscriptions.take(2, this.#now)
    for (const kind of ['subscribe', 'unsubscribe'] as const) {
      for (const name of steps?.[kind] ?? []) {
        if (this.#pending.some((each) => each.channel === name)) {
          this.faults.push(`two operations at once: ${name}`)
        }
        this.#pending.push({ kind, channel: name })
      }
    }
    if (steps) this.#pump()
  }

  #answer(which: number, isGood: boolean): void {
    const [chosen] = this.#pending.splice(which % Math.max(this.#pending.length, 1), 1)
    if (!chosen) return
    const { kind, channel: name } = chosen
    if (isGood && kind === 'subscribe') this.on.add(name)
    if (isGood && kind === 'unsubscribe') this.on.delete(name)
    const outcome = { kind, channels: [name], ...(!isGood && { error: new Error('refused') }) }
    this.subscriptions.settle(outcome, this.#now)
  }

  #outage(): void {
    this.#isUp = false
    this.#pending = []
    this.on.clear()
    this.subscriptions.lost()
  }
}

it(`what is subscribed is what is wanted, after any of ${RUNS} schedules with outages`, () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const world = new World()
      for (const next of steps) world.run(next)
      world.finish()
      expect(world.faults).toEqual([])
      expect(world.waiting).toBe(0)
      expect([...world.on].sort()).toEqual([...world.members].sort())
      expect(world.subscriptions.isBehind).toBe(false)
      expect(world.subscriptions.size).toBe(world.members.size)
      for (const name of world.members) world.run({ do: 'leave', channel: name })
      world.finish()
      expect([world.on.size, world.subscriptions.size]).toEqual([0, 0])
    }),
    { numRuns: RUNS, seed: SEED },
  )
}, 60_000)

describe('Subscriptions', () => {
  let subscriptions: Subscriptions
  let told: string[]

  beforeEach(() => {
    subscriptions = new Subscriptions(LINGER)
    told = []
  })

  const want = (name: string): void =>
    subscriptions.want(name, (error) => told.push(error ? error.message : name))
  const settle = (kind: Kind, names: string[], error?: Error): void =>
    subscriptions.settle({ kind, channels: names, ...(error && { error }) }, 0)

  it('keeps a subscription for a while that nobody wants', () => {
    want('a')
    expect(subscriptions.take(10, 0)).toEqual({ subscribe: ['a'], unsubscribe: [] })
    settle('subscribe', ['a'])
    subscriptions.unwant('a', 1_000)
    expect(subscriptions.take(10, 1_000 + LINGER - 1)).toBeUndefined()
    expect(subscriptions.take(10, 1_000 + LINGER)).toEqual({ subscribe: [], unsubscribe: ['a'] })
    want('a')
    settle('unsubscribe', ['a'])
    expect(subscriptions.take(10, 9_000)).toEqual({ subscribe: ['a'], unsubscribe: [] })
    expect(told).toEqual(['a'])
  })

  it('is on at once for who comes back in time', () => {
    want('a')
    subscriptions.take(10, 0)
    settle('subscribe', ['a'])
    subscriptions.unwant('a', 0)
    expect(subscriptions.wantIfOn('a')).toBe(true)
    expect(subscriptions.take(10, 2 * LINGER)).toBeUndefined()
  })

  it('refuses those who wait when the broker does, and forgets the channel', () => {
    want('a')
    want('a')
    subscriptions.take(10, 0)
    settle('subscribe', ['a'], new Error('not allowed'))
    expect(told).toEqual(['not allowed', 'not allowed'])
    expect([subscriptions.size, subscriptions.take(10, LINGER)]).toEqual([0, undefined])
  })

  it('tries again, less and less often, what was on before an outage', () => {
    want('a')
    subscriptions.take(10, 0)
    settle('subscribe', ['a'])
    subscriptions.lost()
    const times: number[] = []
    for (let now = 0; now < 20_000; now += 50) {
      if (!subscriptions.take(10, now)) continue
      times.push(now)
      const error = new Error('not yet')
      subscriptions.settle({ kind: 'subscribe', channels: ['a'], error }, now)
      expect(subscriptions.isBehind).toBe(true)
    }
    expect(times).toEqual([0, 250, 750, 1_750, 3_750, 7_750, 12_750, 17_750])
  })

  it('takes at most so many channels at once', () => {
    for (const name of CHANNELS) want(name)
    expect(subscriptions.take(2, 0)?.subscribe).toEqual(['a', 'b'])
    expect(subscriptions.take(2, 0)?.subscribe).toEqual(['c'])
    expect(subscriptions.take(2, 0)).toBeUndefined()
  })

  it('refuses all who wait, and only those, when told to give up', () => {
    want('a')
    subscriptions.take(10, 0)
    settle('subscribe', ['a'])
    want('b')
    subscriptions.release(new Error('down'))
    expect(told).toEqual(['a', 'down'])
    expect(subscriptions.size).toBe(1)
  })
})
