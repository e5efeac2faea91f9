import { beforeEach, describe, expect, it } from '@jest/globals'
import { ClusterWorld, type WorldNode } from './cluster-world.js'

const room = '/board/a'

let world: ClusterWorld
let one: WorldNode
let two: WorldNode
let three: WorldNode

beforeEach(() => {
  world = new ClusterWorld()
  one = world.start()
  two = world.start()
  three = world.start()
  world.settle()
})

function flush(): void {
  for (const { state } of world.nodes.values()) state.flush()
  world.settle()
}

const ids = (node: WorldNode): string[] => world.view(node, room).map(({ id }) => id)

describe('nodes', () => {
  it('know each other as soon as they have said hello', () => {
    const late = world.start()
    world.settle()
    const known = (node: WorldNode): string[] => node.state.nodes().map((other) => other.node)
    expect(known(late)).toEqual(['n1', 'n2', 'n3'])
    expect(known(one)).toEqual(['n2', 'n3', 'n4'])
    expect(one.changes.at(-1)).toEqual({ node: 'n4', change: 'joined' })
  })

  it('give who comes late all that they have, without waiting for a heartbeat', () => {
    one.state.presence.setConnections(room, 'ann', 1)
    one.state.presence.show(room, 'ann', { x: 1 })
    one.state.flush()
    const late = world.start()
    world.settle()
    expect(world.view(late, room)).toEqual([{ id: 'ann', state: { x: 1 }, connections: 1 }])
  })

  it('are gone at once when they leave; their members have 5 s to come back elsewhere', () => {
    one.state.presence.setConnections(room, 'ann', 1)
    one.state.presence.setConnections(room, 'ben', 1)
    flush()
    world.bye('n1')
    world.settle()
    expect(two.state.has('n1')).toBe(false)
    expect(two.changes.at(-1)).toEqual({ node: 'n1', change: 'left' })
    two.state.presence.setConnections(room, 'ann', 1)
    flush()
    world.pass(4_999)
    expect(ids(three)).toEqual(['ann', 'ben'])
    world.pass(1)
    expect(ids(three)).toEqual(['ann'])
    expect(ids(two)).toEqual(['ann'])
  })

  it('that have left are not taken for back when a message of theirs comes late', () => {
    one.state.presence.setConnections(room, 'ann', 1)
    one.state.beat({ uptime: 0, connections: 0, rooms: 0 })
    const late = world.letters.splice(0)
    world.bye('n1')
    world.settle()
    world.pass(50_000)
    world.letters.push(...late)
    world.settle()
    expect(two.state.has('n1')).toBe(false)
    expect(ids(two)).toEqual([])
  })

  it('that fall silent are taken for dead within 15 s, with their members', () => {
    one.state.presence.setConnections(room, 'ann', 1)
    one.state.beat({ uptime: 0, connections: 0, rooms: 0 })
    world.settle()
    world.kill('n1')
    const quiet = (milliseconds: number): void => {
      world.pass(milliseconds)
      world.settle()
    }
    for (let second = 0; second < 14; second++) quiet(1_000)
    expect([ids(two), ids(three)]).toEqual([['ann'], ['ann']])
    quiet(1_000)
    expect([ids(two), ids(three)]).toEqual([[], []])
    expect(two.changes.at(-1)).toEqual({ node: 'n1', change: 'lost' })
  })

  it('are believed again when they were taken for dead and were not', () => {
    one.state.presence.setConnections(room, 'ann', 1)
    flush()
    for (let round = 0; round < 4; round++) {
      world.pass(5_000)
      world.letters = world.letters.filter(({ to, payload }) => to !== 'n2' && payload !== '')
      world.settle()
    }
    expect([ids(two), two.state.nodes()]).toEqual([[], []])
    world.quiet()
    expect(ids(two)).toEqual(['ann'])
    expect(ids(three)).toEqual(['ann'])
  })

  it('can die 200 times, and leave no ghost', () => {
    for (let cycle = 0; cycle < 200; cycle++) {
      const victim = world.start()
      world.settle()
      for (const each of [victim, two]) {
        each.state.presence.setConnections(room, 'ann', 1)
        each.state.presence.show(room, 'ann', cycle)
      }
      victim.state.presence.setConnections(`${room}${cycle}`, victim.id, 1)
      flush()
      expect(world.view(one, `${room}${cycle}`)).toHaveLength(1)
      expect(world.view(one, room)).toMatchObject([{ connections: 2 }])
      world.kill(victim.id)
      world.quiet(3)
      expect(world.view(one, `${room}${cycle}`)).toEqual([])
      expect(world.view(one, room)).toMatchObject([{ state: cycle, connections: 1 }])
    }
    expect(one.state.size).toBe(2)
    expect(one.state.presence.others.in(room)?.size).toBe(1)
  })
})

describe('a member with connections at several nodes', () => {
  beforeEach(() => {
    one.state.presence.setConnections(room, 'ann', 2)
    one.state.presence.show(room, 'ann', 'first')
    flush()
    two.state.presence.setConnections(room, 'ann', 1)
    flush()
  })

  it('is one, with what it showed last and the sum of its connections', () => {
    for (const node of [one, two, three]) {
      expect(world.view(node, room)).toEqual([{ id: 'ann', state: 'first', connections: 3 }])
    }
  })

  it('keeps what it showed when the node is gone where it did', () => {
    one.state.presence.show(room, 'ann', 'second')
    flush()
    world.kill('n1')
    world.quiet(3)
    for (const node of [two, three]) {
      expect(world.view(node, room)).toEqual([{ id: 'ann', state: 'second', connections: 1 }])
    }
  })

  it('stays when it leaves at one of them', () => {
    one.state.presence.setConnections(room, 'ann', undefined)
    flush()
    expect(world.view(three, room)).toEqual([{ id: 'ann', state: 'first', connections: 1 }])
  })
})

describe('what is told', () => {
  it('of a room that no other node is in is not urgent, until one is', () => {
    const { presence } = one.state
    presence.setConnections(room, 'ann', 1)
    flush()
    expect(one.urgencies).toBe(1)
    presence.show(room, 'ann', 1)
    expect(one.urgencies).toBe(1)
    world.pass(5_000)
    world.settle()
    expect(world.view(three, room)).toMatchObject([{ state: 1 }])
    presence.show(room, 'ann', 2)
    expect(one.urgencies).toBe(1)
    two.state.presence.setConnections(room, 'ben', 1)
    two.state.flush()
    world.settle()
    expect(one.urgencies).toBe(2)
    presence.show(room, 'ann', 3)
    expect(one.urgencies).toBe(3)
  })

  it('is nothing when nothing has changed', () => {
    one.state.presence.setConnections(room, 'ann', 1)
    flush()
    const before = two.heard.length
    one.state.presence.setConnections(room, 'ann', 1)
    one.state.flush()
    expect(world.letters).toEqual([])
    expect(two.heard.length).toBe(before)
  })

  it('fits into messages, however much it is', () => {
    const members = Array.from({ length: 5_000 }, (_, index) => `member ${index}`)
    const state = 'x'.repeat(500)
    for (const id of members) {
      one.state.presence.setConnections(room, id, 1)
      one.state.presence.show(room, id, state)
    }
    one.state.flush()
    expect(world.letters.length).toBeGreaterThan(10)
    for (const { payload } of world.letters) expect(payload.length).toBeLessThan(300_000)
    world.settle()
    expect(world.view(two, room)).toHaveLength(5_000)
    // What is kept of the past is less than that: everything is told, in pieces.
    const late = world.start()
    world.settle()
    expect(world.view(late, room)).toEqual(world.view(two, room))
  })

  it('is null of a state that is no JSON, or that is too large', () => {
    const circle: Record<string, unknown> = {}
    circle.self = circle
    for (const [id, state] of Object.entries({ circle, big: 10n, large: 'x'.repeat(70_000) })) {
      one.state.presence.setConnections(room, id, 1)
      one.state.presence.show(room, id, state)
    }
    flush()
    expect(world.view(two, room).map(({ state }) => state)).toEqual([null, null, null])
    expect(world.faults).toHaveLength(3)
  })
})
