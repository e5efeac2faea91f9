/** What is asked of every contender. */
export interface Scenario {
  readonly name: string
  /** Sent by every loaded connection, again and again. */
  readonly message: WireMessage
  /** What the reply's `data` must be. */
  readonly reply: unknown
  /** Connections that send. */
  readonly senders: number
  /** Messages under way on each sending connection: written at once, awaited together. */
  readonly depth: number
  /** Connections that only listen, in the room of the message's path. */
  readonly members: number
  /** Messages of one turn of measuring. */
  readonly count: number
}

/** A message on the wire, without its id. */
export interface WireMessage {
  readonly event: string
  readonly path: string
  readonly data?: unknown
}

const order = { sku: 'enfilade-42', quantity: 3, note: 'leave it at the door' }
const text = (bytes: number): { text: string } => ({ text: 'x'.repeat(bytes) })

/** All scenarios; `share` is how much of the full length a turn has. */
export function createScenarios(share: number): Scenario[] {
  const scale = (count: number, depth: number): number =>
    Math.max(depth, Math.round((count * share) / depth) * depth)
  const rpc = (depth: number): Scenario => ({
    name: `RPC echo, depth ${depth}`,
    message: { event: 'echo', path: '/echo', data: text(32) },
    reply: text(32),
    ...{ senders: 8, depth, members: 0, count: scale(depth === 1 ? 100_000 : 300_000, depth * 8) },
  })
  const validated: Scenario = {
    name: 'Validated RPC (three fields), depth 16',
    message: { event: 'order', path: '/orders', data: order },
    reply: order,
    ...{ senders: 8, depth: 16, members: 0, count: scale(200_000, 128) },
  }
  const broadcast = (members: number, bytes: number, depth: number): Scenario => ({
    name: `Broadcast to ${members}, ${bytes} B, depth ${depth}`,
    message: { event: 'say', path: '/room/bench', data: text(bytes) },
    reply: text(bytes),
    ...{ senders: 1, depth, members, count: scale(2_000_000 / members, depth) },
  })
  return [
    rpc(1),
    rpc(16),
    validated,
    ...[10, 100, 1000].flatMap((members) => [
      broadcast(members, 64, 16),
      broadcast(members, 1024, 16),
    ]),
    broadcast(100, 64, 1),
  ]
}
