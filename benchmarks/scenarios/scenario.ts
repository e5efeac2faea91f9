/** What is asked of every contender. */
export interface Scenario {
  readonly name: string
  /**
   * Sent by every loaded connection, again and again. In the event and the path, `{n}` stands for the
   * variant and `{g}` for the sender: each sender has members of its own.
   */
  readonly message: WireMessage
  /** What the reply's `data` must be; absent when it is not looked at. */
  readonly reply?: unknown
  /** `data` that must be refused with 400. */
  readonly refused?: unknown
  /** What members send first; of every variant. */
  readonly join?: WireMessage
  /** What senders send first. */
  readonly enter?: WireMessage
  /** How many variants of the message there are: routes, or rooms. */
  readonly variants: number
  /** Connections that send. */
  readonly senders: number
  /** Messages under way on each sending connection: written at once, awaited together. */
  readonly depth: number
  /** Connections that only listen, for each sender. */
  readonly members: number
  /** Sent with the upgrade, for instance to be authorized. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A message on the wire, without its id. */
export interface WireMessage {
  readonly event: string
  readonly path: string
  readonly data?: unknown
}

/** Scenarios that are measured together, turn by turn: from the second on, growth is told. */
export interface ScenarioGroup {
  readonly scenarios: readonly Scenario[]
  /** Who takes part in a quick run. */
  readonly quick: 'all' | 'no peers' | 'nobody'
}

const order = { sku: 'enfilade-42', quantity: 3, note: 'leave it at the door' }
const text = (bytes: number): { text: string } => ({ text: 'x'.repeat(bytes) })

function rpc(name: string, depth: number, routes = 1): Scenario {
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

/** By the size of the room. */
const SENDERS: Readonly<Record<number, number>> = { 10: 16, 100: 8, 1000: 2 }

function broadcast(
  name: string,
  {
    members,
    bytes,
    depth,
    rooms = 1,
  }: Record<'members' | 'bytes' | 'depth', number> & {
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
    // A sender waits for its replies before it goes on: small rooms need several to keep the server busy.
    ...{ variants: rooms, senders: SENDERS[members] ?? 1, depth, members },
  }
}

/** The message of one variant, sent by one sender. */
export function variant(message: WireMessage, n: number, g: number): WireMessage {
  const fill = (part: string): string =>
    part.replaceAll('{n}', String(n)).replaceAll('{g}', String(g))
  return { ...message, event: fill(message.event), path: fill(message.path) }
}

/** All that is measured under load. */
export function createScenarios(quick: boolean): ScenarioGroup[] {
  const rooms = quick ? 10_000 : 100_000
  const growing = (count: number): Scenario =>
    oneSender(
      broadcast(`Broadcast to 2, ${grouped(count)} ${count === 1 ? 'room' : 'rooms'}`, {
        ...{ members: 2, bytes: 64, depth: 16, rooms: count },
      }),
    )
  const groups: ScenarioGroup[] = [
    { scenarios: [rpc('RPC echo, depth 1', 1)], quick: 'no peers' },
    { scenarios: [rpc('RPC echo, depth 16', 16)], quick: 'all' },
    { scenarios: [validated], quick: 'all' },
    fanOut(10, 64, 16, 'no peers'),
    fanOut(10, 1024, 16, 'nobody'),
    fanOut(100, 64, 16, 'all'),
    fanOut(100, 1024, 16, 'nobody'),
    fanOut(1000, 64, 16, 'no peers'),
    fanOut(1000, 1024, 16, 'nobody'),
    fanOut(10, 64, 1, 'nobody'),
    fanOut(100, 64, 1, 'no peers'),
    fanOut(1000, 64, 1, 'nobody'),
    {
      scenarios: [rpc('RPC echo, 1 route', 16), rpc('RPC echo, 1,000 routes', 16, 1000)],
      quick: 'no peers',
    },
    { scenarios: [growing(1), growing(rooms)], quick: 'no peers' },
  ]
  return quick ? groups.filter((group) => group.quick !== 'nobody') : groups
}

function fanOut(
  members: number,
  bytes: number,
  depth: number,
  quick: ScenarioGroup['quick'],
): ScenarioGroup {
  const name = `Broadcast to ${grouped(members)}, ${grouped(bytes)} B, depth ${depth}`
  return { scenarios: [broadcast(name, { members, bytes, depth })], quick }
}

/** Every member is in all of the rooms: more senders would be more of them. */
function oneSender(scenario: Scenario): Scenario {
  return { ...scenario, senders: 1 }
}

/** 1000 -> 1,000 */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString('en')
}
