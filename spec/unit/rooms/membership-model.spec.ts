import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { WsRoomManager } from 'enfilade'
import { BroadcastExchange } from '../../../lib/rooms/broadcast-exchange.js'
import { defer, type Deferred } from '../../support/deadline.js'
import { FakeMember } from '../../support/fake-member.js'
import { FakeTransport } from '../../support/fake-transport.js'
import { nextTurn } from '../../support/next-turn.js'

const RUNS = Number(process.env.PROPERTY_RUNS ?? 2_000)
const SEED = Number(process.env.PROPERTY_SEED ?? 1)
const MEMBERS = ['ann', 'bob', 'cid']
const ROOMS = ['/a', '/b']

type Step =
  | { do: 'join' | 'joinAfter' | 'leave'; member: number; room: string }
  | { do: 'leaveAll' | 'close'; member: number }
  /** Ends one of the operations, or one of the questions, that wait. */
  | { do: 'operation' | 'question'; which: number; isGood: boolean }
  | { do: 'turn' }

const member = fc.nat(MEMBERS.length - 1)
const room = fc.constantFrom(...ROOMS)
const which = fc.nat(7)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('join', 'joinAfter'), member, room }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('leave'), member, room }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('leaveAll', 'close'), member }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('operation', 'question'),
      which,
      isGood: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.constant(false)),
    }),
  },
  { weight: 5, arbitrary: fc.constant({ do: 'turn' }) },
)

/** A manager whose hooks, work and transport answer when a schedule says so, and what it should do. */
class World {
  readonly transport = new FakeTransport()
  readonly members = MEMBERS.map((id) => new FakeMember(id))
  /** Entries less leaves, by member and room. */
  readonly inside = new Map<string, number>()
  /** What the last call for a member and room asks for; `undefined` after a join that failed. */
  readonly asked = new Map<string, boolean | undefined>()
  readonly questions: Deferred<void>[] = []
  /** The last join of a member into a room, until a leave. */
  readonly #latest = new Map<string, object>()
  readonly rooms: WsRoomManager<FakeMember>

  constructor(hasHooks: boolean) {
    this.rooms = new WsRoomManager<FakeMember>({
      exchange: new BroadcastExchange(this.transport, () => undefined),
      ...(hasHooks && { beforeJoin: () => this.#ask() }),
      afterLeave: (left, name) => this.#count(left, name, -1),
      fanOut: {
        enter: (entered, { name }) => this.#count(entered, name, 1),
        exit: () => undefined,
        publish: () => undefined,
      },
    })
  }

  async run(next: Step): Promise<void> {
    switch (next.do) {
      case 'join':
        return this.#join(next, (who, name) => this.rooms.join(who, name))
      case 'joinAfter':
        return this.#join(next, async (who, name) => {
          await this.rooms.joinAfter(who, name, () => this.#ask())
          return who.rooms.has(name)
        })
      case 'leave':
        return this.#leave(next.member, next.room)
      case 'close':
        this.#member(next.member).isOpen = false
        return this.#leaveAll(next.member)
      case 'leaveAll':
        return this.#leaveAll(next.member)
      case 'operation':
        return this.#answer(this.transport.pending, next)
      case 'question':
        return this.#answer(this.questions, next)
      case 'turn':
        return nextTurn()
    }
  }

  /** Lets everything that waits succeed. */
  async finish(): Promise<void> {
    await nextTurn()
    while (this.questions.length + this.transport.pending.length > 0) {
      for (const open of [...this.questions.splice(0), ...this.transport.pending.splice(0)]) {
        open.resolve()
      }
      await nextTurn()
    }
  }

  #ask(): Promise<void> {
    const question = defer<void>()
    this.questions.push(question)
    return question.promise
  }

  #member(index: number): FakeMember {
    return this.members[index] as FakeMember
  }

  #count(who: FakeMember, name: string, by: number): void {
    const key = who.id + name
    this.inside.set(key, (this.inside.get(key) ?? 0) + by)
  }

  #join(
    step: { member: number; room: string },
    join: (who: FakeMember, name: string) => boolean | Promise<boolean>,
  ): void {
    const who = this.#member(step.member)
    const key = who.id + step.room
    this.asked.set(key, undefined)
    const call = {}
    this.#latest.set(key, call)
    const outcome = async (): Promise<boolean> => join(who, step.room)
    outcome().then(
      (isMember) => {
        if (this.#latest.get(key) === call) this.asked.set(key, isMember)
      },
      () => undefined,
    )
  }

  #leave(index: number, name: string): void {
    const who = this.#member(index)
    this.rooms.leave(who, name)
    this.#latest.delete(who.id + name)
    this.asked.set(who.id + name, false)
  }

  #leaveAll(index: number): void {
    const who = this.#member(index)
    this.rooms.leaveAll(who)
    for (const name of ROOMS) {
      this.#latest.delete(who.id + name)
      this.asked.set(who.id + name, false)
    }
  }

  #answer(
    open: { resolve(): void; reject(error: Error): void }[],
    { which, isGood }: { which: number; isGood: boolean },
  ): void {
    const [chosen] = open.splice(which % Math.max(open.length, 1), 1)
    if (isGood) chosen?.resolve()
    else chosen?.reject(new Error('no'))
  }
}

it(`membership, subscriptions and leaves agree after any of ${RUNS} schedules`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(step, { maxLength: 60 }), async (hasHooks, steps) => {
      const world = new World(hasHooks)
      for (const next of steps) await world.run(next)
      await world.finish()
      const { rooms, transport, members, inside, asked } = world
      expect(transport.faults).toEqual([])
      const inUse = ROOMS.filter((name) => rooms.connections(name).size > 0)
      expect([...transport.handlers.keys()].sort()).toEqual(inUse.map((name) => `ws:room:${name}`))
      expect([rooms.channels, rooms.size]).toEqual([inUse.length, inUse.length])
      for (const who of members) {
        for (const name of ROOMS) {
          const isMember = who.rooms.has(name)
          expect(rooms.connections(name).has(who)).toBe(isMember)
          expect(inside.get(who.id + name) ?? 0).toBe(isMember ? 1 : 0)
          expect(isMember).toBe(asked.get(who.id + name) ?? isMember)
        }
        rooms.leaveAll(who)
      }
      await world.finish()
      expect([rooms.size, rooms.channels, transport.handlers.size]).toEqual([0, 0, 0])
      expect([...inside.values()].filter((count) => count !== 0)).toEqual([])
    }),
    { numRuns: RUNS, seed: SEED },
  )
}, 60_000)
