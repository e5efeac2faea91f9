import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { Roster } from '../../../../lib/rooms/presence/roster.js'
import type { WsMember, WsPresence } from '../../../../lib/protocol/v1.js'

const GRACE = 50
const USERS = ['ann', 'ben', 'cat']

type Step =
  | { do: 'enter' | 'leave' | 'lose'; connection: number }
  | { do: 'show'; connection: number; state: number }
  | { do: 'elsewhere'; connection: number; connections: number | undefined }
  | { do: 'tell' }
  | { do: 'wait'; by: number }

const connection = fc.integer({ min: 0, max: 8 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('enter', 'enter', 'leave', 'lose'), connection }),
  fc.record({ do: fc.constant('show'), connection, state: fc.integer() }),
  fc.record({
    ...{ do: fc.constant('elsewhere' as const), connection },
    connections: fc.option(fc.nat({ max: 2 }), { nil: undefined }),
  }),
  fc.constant({ do: 'tell' }),
  fc.record({ do: fc.constant('wait'), by: fc.integer({ min: 1, max: GRACE }) }),
)

/** What a client makes of what it is told, as the protocol has it. */
class View {
  readonly members = new Map<string, WsMember>()
  joins = 0

  constructor(snapshot: readonly WsMember[]) {
    for (const member of snapshot) this.members.set(member.id, member)
  }

  apply({ join = [], update = [], leave = [] }: WsPresence): void {
    for (const id of leave) this.members.delete(id)
    for (const member of [...join, ...update]) this.members.set(member.id, member)
  }
}

/** A room, with what everybody in it has been told. */
class World {
  readonly roster = new Roster({
    connections: (id, connections) => this.reported.set(id, connections),
    show: () => undefined,
  })
  /** How many connections members have in this process, as others were told. */
  readonly reported = new Map<string, number | undefined>()
  /** How many they have in others. */
  readonly elsewhere = new Map<string, number>()
  readonly views = new Map<string, View>()
  /** Who has which connection, and until when it stays without. */
  readonly present = new Map<string, { connections: Set<string>; until: number }>()
  now = 0

  run(one: Step): void {
    if (one.do === 'tell') this.tell()
    else if (one.do === 'wait') this.wait(one.by)
    else this.move(one)
    for (const [user, { connections, until }] of this.present) {
      if (connections.size === 0 && until <= this.now) this.present.delete(user)
    }
    expect(
      this.roster
        .members()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(this.ids())
    for (const [user, connections] of this.reported) {
      expect(this.present.get(user)?.connections.size).toBe(connections)
    }
  }

  ids(): string[] {
    return [...new Set([...this.present.keys(), ...this.elsewhere.keys()])].sort()
  }

  /** Whether a member has a connection anywhere: else it may look as before. */
  isThere(user: string): boolean {
    const here = this.present.get(user)?.connections.size ?? 0
    return here + (this.elsewhere.get(user) ?? 0) > 0
  }

  move(one: Exclude<Step, { do: 'tell' | 'wait' }>): void {
    if (one.do !== 'elsewhere') {
      this.act(one)
      return
    }
    const user = USERS[one.connection % USERS.length] as string
    const { connections } = one
    const state = this.roster.members().find(({ id }) => id === user)?.state ?? null
    this.roster.setElsewhere(user, connections === undefined ? undefined : { connections, state })
    if (connections === undefined) this.elsewhere.delete(user)
    else this.elsewhere.set(user, connections)
  }

  act(one: Exclude<Step, { do: 'tell' | 'wait' | 'elsewhere' }>): void {
    const id = `c${one.connection}`
    const user = USERS[one.connection % USERS.length] as string
    const isHere = this.views.has(id)
    if (one.do === 'show') expect(this.roster.show(id, one.state)).toBe(isHere)
    else if (one.do === 'enter') {
      if (!isHere) this.enter(id, user)
    } else if (isHere) this.exit(id, user, one.do === 'lose')
  }

  enter(id: string, user: string): void {
    const wasMember = this.ids().includes(user)
    const { joined } = this.roster.enter(id, user)
    expect(joined !== undefined).toBe(!wasMember)
    if (joined) for (const view of this.views.values()) view.apply({ join: [joined] })
    const view = new View(this.roster.snapshot())
    expect(view.members.has(user)).toBe(true)
    this.views.set(id, view)
    const { connections = new Set<string>() } = this.present.get(user) ?? {}
    this.present.set(user, { connections: connections.add(id), until: Infinity })
  }

  exit(id: string, user: string, isLost: boolean): void {
    const until = this.now + (isLost ? GRACE : 0)
    this.roster.exit(id, isLost ? until : undefined)
    this.views.delete(id)
    const member = this.present.get(user)!
    member.connections.delete(id)
    member.until = until
  }

  wait(by: number): void {
    this.now += by
    this.roster.expire(this.now)
  }

  tell(): void {
    const change = this.roster.takeChanges()
    if (change) for (const view of this.views.values()) view.apply(change)
    expect(this.roster.hasChanges).toBe(false)
  }
}

it('everybody sees the roster as it is, once all has been told, whatever came before', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const world = new World()
      for (const one of steps) world.run(one)
      world.tell()
      const members = world.roster.members()
      for (const view of world.views.values()) {
        const seen = [...view.members.values()].filter(({ id }) => world.isThere(id))
        const there = members.filter(({ id }) => world.isThere(id))
        expect(seen.sort(byId)).toEqual(there.sort(byId))
        expect([...view.members.keys()].sort()).toEqual(members.map(({ id }) => id).sort())
      }
      for (const user of USERS) world.roster.setElsewhere(user, undefined)
      world.elsewhere.clear()
      world.wait(GRACE + 1)
      world.tell()
      const left = [...world.present].filter(([, { connections }]) => connections.size > 0)
      expect(world.roster.members()).toHaveLength(left.length)
      expect(world.roster.nextLeave).toBeUndefined()
      expect(world.roster.isEmpty).toBe(left.length === 0)
    }),
    { numRuns: 500 },
  )
})

it('a reload is told to nobody', () => {
  const roster = new Roster()
  roster.enter('c1', 'ann', 'here')
  roster.exit('c1', 5000)
  expect(roster.takeChanges()).toBeUndefined()
  expect(roster.nextLeave).toBe(5000)
  expect(roster.enter('c2', 'ann')).toEqual({ self: 'ann', joined: undefined })
  expect(roster.takeChanges()).toBeUndefined()
  expect(roster.stateOf('c2')).toBe('here')
  roster.expire(9999)
  expect(roster.members()).toEqual([{ id: 'ann', state: 'here', connections: 1 }])
})

it('what is told of a member is the latest that it showed', () => {
  const roster = new Roster()
  roster.enter('c1', 'ann')
  for (const state of [1, 2, 3]) roster.show('c1', state)
  expect(roster.takeChanges()).toEqual({ update: [{ id: 'ann', state: 3, connections: 1 }] })
  expect(roster.takeChanges()).toBeUndefined()
})

it('what is not here shows nothing and leaves nothing', () => {
  const roster = new Roster()
  expect(roster.show('c1', 1)).toBe(false)
  roster.exit('c1', undefined)
  expect(roster.hasChanges).toBe(false)
  expect(roster.isEmpty).toBe(true)
})

function byId(a: WsMember, b: WsMember): number {
  return a.id < b.id ? -1 : 1
}
