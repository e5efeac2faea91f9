import type { ScenarioGroup } from './group.js'
import { grouped, type Scenario } from './scenario.js'

const order = { sku: 'enfilade-42', quantity: 3, note: 'leave it at the door' }
/** Data of so many bytes, and some more. */
export const text = (bytes: number): { text: string } => ({ text: 'x'.repeat(bytes) })

/** Calls that are answered at once; `routes` of them, in turn. */
export function rpc(name: string, depth: number, routes = 1): Scenario {
  return {
    name,
    message: { event: 'echo-{n}', path: '/echo/{n}', data: text(32) },
    reply: text(32),
    ...{ variants: routes, senders: 8, depth, members: 0 },
  }
}

const validated: Scenario = {
  name: 'Validated RPC (three fields), depth 16',
  message: { event: 'order', path: '/orders', data: order },
  reply: order,
  refused: { ...order, quantity: 0 },
  ...{ variants: 1, senders: 8, depth: 16, members: 0 },
}

/**
 * By the size of the room; each has rooms of its own. A sender waits for its replies before it goes on:
 * small rooms need several to keep the server busy.
 */
const SENDERS = { 2: 4, 10: 16, 100: 8, 1000: 2 } as const

function broadcast(
  name: string,
  {
    members,
    bytes,
    depth,
    rooms = 1,
  }: {
    members: keyof typeof SENDERS
    bytes: number
    depth: number
    /** Of each sender. */
    rooms?: number
  },
): Scenario {
  const path = '/room/bench-{g}-{n}'
  return {
    name,
    message: { event: 'say', path, data: text(bytes) },
    reply: text(bytes),
    join: { event: 'join', path },
    enter: { event: 'join', path: '/room/senders' },
    ...{ variants: rooms, senders: SENDERS[members], depth, members },
  }
}

/** What everyone is compared in. */
export function comparedGroups(quick: boolean): ScenarioGroup[] {
  const rooms = quick ? 10_000 : 100_000
  const growing = (count: number): Scenario =>
    broadcast(`Broadcast to 2, ${grouped(count)} rooms`, {
      ...{ members: 2, bytes: 64, depth: 16, rooms: count / SENDERS[2] },
    })
  return [
    { scenarios: [rpc('RPC echo, depth 1', 1)], quick: 'no peers' },
    { scenarios: [rpc('RPC echo, depth 16', 16)], quick: 'all' },
    { scenarios: [validated], quick: 'all' },
    { scenarios: [fanOut(10, 64, 16)], quick: 'no peers' },
    { scenarios: [fanOut(10, 1024, 16)], quick: 'nobody' },
    { scenarios: [fanOut(100, 64, 16)], quick: 'all' },
    { scenarios: [fanOut(100, 1024, 16)], quick: 'nobody' },
    { scenarios: [fanOut(1000, 64, 16)], quick: 'no peers' },
    { scenarios: [fanOut(1000, 1024, 16)], quick: 'nobody' },
    { scenarios: [fanOut(10, 64, 1)], quick: 'nobody' },
    { scenarios: [fanOut(100, 64, 1)], quick: 'no peers' },
    { scenarios: [fanOut(1000, 64, 1)], quick: 'nobody' },
    {
      scenarios: [rpc('RPC echo, 1 route', 16), rpc('RPC echo, 1,000 routes', 16, 1000)],
      quick: 'no peers',
      growth: true,
    },
    { scenarios: [growing(SENDERS[2]), growing(rooms)], quick: 'no peers', growth: true },
  ]
}

/** A broadcast to rooms with so many members. */
export function fanOut(members: 10 | 100 | 1000, bytes: number, depth: number): Scenario {
  const name = `Broadcast to ${grouped(members)}, ${grouped(bytes)} B, depth ${depth}`
  return broadcast(name, { members, bytes, depth })
}
