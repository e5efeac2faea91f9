// The load generator: a process of its own, told by messages what to do. It checks that the server
// answers right, then sends and counts.
import { variant, type Scenario } from '../scenarios/scenario.js'
import { check } from './check.js'
import { Crowd } from './crowd.js'
import { encodeFrame } from './frames.js'
import { Link, type Endpoint } from './link.js'
import { Room } from './room.js'
import { Sender } from './sender.js'
import { WIRES, type WireName } from './wires.js'

/** Where the server is. */
export interface Target {
  readonly host: string
  readonly port: number
  readonly path?: string
  readonly wire: WireName
}

/** What the harness sends. */
export type LoadRequest =
  | { readonly kind: 'check'; readonly target: Target; readonly scenario: Scenario }
  | { readonly kind: 'open'; readonly target: Target; readonly scenario: Scenario }
  | { readonly kind: 'run'; readonly seconds: number }
  | { readonly kind: 'crowd'; readonly target: Target; readonly connections: number }
  | { readonly kind: 'crowd-calls'; readonly times: number }
  | { readonly kind: 'crowd-joins'; readonly each: number }

/** What a turn came to. */
export interface LoadResult {
  /** Messages that were answered and, if pushed, seen by every member. */
  readonly messages: number
  /** Until the last reply; what members had not read yet is then read, with the server idle. */
  readonly seconds: number
  /** CPU seconds of the generator, that reading included. */
  readonly cpu: number
}

/** What it is told in return. */
export type LoadResponse =
  | { readonly ok: true; readonly result?: LoadResult }
  | { readonly ok: false; readonly reason: string }

/** Joins that are under way at once: below every limit for unfinished handlers. */
const JOINS = 32

const senders: Sender[] = []
const rooms: Room[] = []
const crowd = new Crowd()

function endpointOf({ host, port, path, wire }: Target, scenario?: Scenario): Endpoint {
  return {
    ...{ host, port, wire: WIRES[wire] },
    ...(path === undefined ? {} : { target: path }),
    ...(scenario?.headers ? { headers: scenario.headers } : {}),
  }
}

async function open(endpoint: Endpoint, scenario: Scenario): Promise<void> {
  for (let index = 0; index < scenario.senders; index++) {
    const members: Link[] = []
    for (let member = 0; member < scenario.members; member++) {
      members.push(await openMember(endpoint, scenario, index))
    }
    const link = await Link.open(endpoint)
    if (scenario.enter) await link.call(variant(scenario.enter, 0, index))
    const bytes = JSON.stringify(scenario.message).length
    const room = members.length > 0 ? new Room(members, bytes) : undefined
    if (room) rooms.push(room)
    senders.push(new Sender(link, room, scenario, index))
  }
}

async function openMember(endpoint: Endpoint, scenario: Scenario, index: number): Promise<Link> {
  const { join, variants } = scenario
  const link = await Link.open(endpoint)
  if (!join) return link
  for (let first = 0; first < variants; first += JOINS) {
    const count = Math.min(JOINS, variants - first)
    await link.exchange(
      Array.from({ length: count }, (_, id) =>
        encodeFrame(link.wire.encode({ ...variant(join, first + id, index), id })),
      ),
    )
  }
  return link
}

async function run(seconds: number): Promise<LoadResult> {
  const before = process.cpuUsage()
  const start = performance.now()
  const sent = await Promise.all(senders.map((sender) => sender.run(start + seconds * 1000)))
  const elapsed = (performance.now() - start) / 1000
  await Promise.all(rooms.map((room) => room.drained()))
  const { user, system } = process.cpuUsage(before)
  return {
    messages: sent.reduce((sum, count) => sum + count, 0),
    seconds: elapsed,
    cpu: (user + system) / 1e6,
  }
}

async function handle(request: LoadRequest): Promise<LoadResult | undefined> {
  switch (request.kind) {
    case 'check':
      await check(endpointOf(request.target, request.scenario), request.scenario)
      return undefined
    case 'open':
      await open(endpointOf(request.target, request.scenario), request.scenario)
      return undefined
    case 'run':
      return run(request.seconds)
    case 'crowd':
      await crowd.open(endpointOf(request.target), request.connections)
      return undefined
    case 'crowd-calls':
      await crowd.call(request.times)
      return undefined
    case 'crowd-joins':
      await crowd.join(request.each)
      return undefined
  }
}

function fail(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error)
  process.send?.({ ok: false, reason } satisfies LoadResponse)
}

process.on('message', (request: LoadRequest) => {
  handle(request).then((result) => {
    process.send?.({ ok: true, ...(result ? { result } : {}) } satisfies LoadResponse)
  }, fail)
})
// A connection that is lost: nobody awaits it.
process.on('uncaughtException', fail)
process.once('disconnect', () => process.exit(0))
