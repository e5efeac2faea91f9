import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ClusterWorld, type WorldNode } from './cluster-world.js'

const ROOMS = ['/a', '/b']
const MEMBERS = ['ann', 'ben']

/** What a node does by itself. */
type OwnStep =
  | { do: 'connections'; node: number; at: number; connections: number | undefined }
  | { do: 'show'; node: number; at: number; state: number }
  | { do: 'flush'; node: number }

type Step =
  | OwnStep
  | { do: 'deliver'; index: number; fate: 'arrives' | 'is doubled' | 'is lost' }
  | { do: 'pass'; by: number }
  | { do: 'start' }
  | { do: 'kill'; node: number }
  | { do: 'bye'; node: number }

const node = fc.nat({ max: 3 })
const at = fc.nat({ max: ROOMS.length * MEMBERS.length - 1 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('connections' as const),
      node,
      at,
      connections: fc.option(fc.nat({ max: 2 }), { nil: undefined }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('show' as const), node, at, state: fc.integer() }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('flush' as const), node }) },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('deliver' as const),
      index: fc.nat(),
      fate: fc.constantFrom('arrives', 'arrives', 'is doubled', 'is lost'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('pass' as const), by: fc.nat({ max: 9_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('start' as const) }) },
  {
    weight: 1,
    arbitrary: fc.oneof(
      fc.record({ do: fc.constant('kill' as const), node }),
      fc.record({ do: fc.constant('bye' as const), node }),
    ),
  },
)

/** Runs steps; returns whether a node went, whose members stay for a while. */
function run(world: ClusterWorld, steps: readonly Step[]): boolean {
  let hasLost = false
  for (const one of steps) {
    if (one.do === 'start') {
      if (world.nodes.size < 4) world.start()
    } else if (one.do === 'deliver') world.deliver(one.index, one.fate)
    else if (one.do === 'pass') world.pass(one.by)
    else {
      const target = [...world.nodes.values()][one.node % world.nodes.size] as WorldNode
      if (one.do === 'kill' || one.do === 'bye') {
        if (world.nodes.size === 1) continue
        hasLost = true
        world[one.do](target.id)
      } else act(target, one)
    }
  }
  return hasLost
}

function act({ state }: WorldNode, one: OwnStep): void {
  if (one.do === 'flush') return state.flush()
  const room = ROOMS[one.at % 2] as string
  const member = MEMBERS[one.at >> 1] as string
  if (one.do === 'show') state.presence.show(room, member, one.state)
  else state.presence.setConnections(room, member, one.connections)
}

/** Who is where, by what each node has itself. */
function truth({ nodes }: ClusterWorld, room: string): [string, number][] {
  return MEMBERS.flatMap((id) => {
    const parts = [...nodes.values()].flatMap(({ state }) => state.presence.own.get(room, id) ?? [])
    const connections = parts.reduce((sum, part) => sum + part.connections, 0)
    return parts.length > 0 ? [[id, Math.max(1, connections)]] : []
  })
}

it('whatever is lost, doubled or late: after a quiet heartbeat all nodes agree', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 150, size: 'max' }), (steps) => {
      const world = new ClusterWorld()
      world.start()
      world.start()
      const hasLost = run(world, steps)
      // Of the dead it takes until they have expired.
      world.quiet(hasLost ? 4 : 1)
      for (const room of ROOMS) {
        const views = [...world.nodes.values()].map((each) => world.view(each, room))
        for (const view of views) expect(view).toEqual(views[0])
        expect(views[0]?.map(({ id, connections }) => [id, connections])).toEqual(
          truth(world, room),
        )
      }
      for (const each of world.nodes.values()) {
        expect(each.state.nodes().map((other) => other.node)).toHaveLength(world.nodes.size - 1)
      }
      expect(world.faults).toEqual([])
    }),
    { numRuns: 300 },
  )
})

it('the latest state that was shown is the one that everybody sees', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 8 }), (order) => {
      const world = new ClusterWorld()
      const nodes = [world.start(), world.start(), world.start()]
      for (const each of nodes) each.state.presence.setConnections('/a', 'ann', 1)
      world.quiet()
      order.forEach((index, state) => {
        nodes[index]?.state.presence.show('/a', 'ann', state)
        for (const each of nodes) each.state.flush()
        world.settle()
      })
      for (const each of nodes) {
        expect(world.view(each, '/a')).toEqual([
          { id: 'ann', state: order.length - 1, connections: 3 },
        ])
      }
    }),
    { numRuns: 50 },
  )
})
