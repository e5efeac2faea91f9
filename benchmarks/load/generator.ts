// The load generator: a process of its own, told by messages what to do. It checks that the server
// answers right, then sends and counts.
import { variant, type Scenario } from '../scenarios/scenario.js'
import { check, type Sides } from './check.js'
import { checkCursors, Cursors } from './cursors.js'
import { Crowd } from './crowd.js'
import { encodeFrame } from '../../lib/load/frames.js'
import { Link, type Endpoint } from '../../lib/load/link.js'
import { Room } from './room.js'
import { Rotation, type Loaded } from './rotation.js'
import { Sender } from './sender.js'
import type { WireName } from './wire-name.js'
import { WIRES } from './wires.js'

/** Where the server is. */
export interface Target {
  readonly host: string
  readonly port: number
  readonly path?: string
  readonly wire: WireName
  /** What every second member speaks; all of them the same when absent. */
  readonly otherWire?: WireName
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
  /** Milliseconds that messages took to a member, where that is measured. */
  readonly latencies?: readonly number[]
  /** Pushes per second to each member, where that is measured. */
  readonly pushes?: number
}

/** What it is told in return. */
export type LoadResponse =
  | { readonly ok: true; readonly result?: LoadResult }
  | { readonly ok: false; readonly reason: string }

/** Joins that are under way at once: below every limit for unfinished handlers. */
const JOINS = 32
/** Members of a shared room that read at once. */
const PROBES = 10

const senders: Loaded[] = []
let rotation: Rotation | undefined
let cursors: Cursors | undefined
const rooms: Room[] = []
const crowd = new Crowd()

function endpointOf({ host, port, path, wire }: Target, scenario?: Scenario): Endpoint {
  return {
    ...{ host, port, wire: WIRES[wire] },
    ...(path === undefined ? {} : { target: path }),
    ...(scenario?.headers ? { headers: scenario.headers } : {}),
  }
}

function sidesOf(target: Target, scenario: Scenario): Sides {
  const sender = endpointOf(target, scenario)
  const { otherWire } = target
  const other = otherWire === undefined ? [] : [{ ...sender, wire: WIRES[otherWire] }]
  return { sender, members: [sender, ...other] }
}

async function open(sides: Sides, scenario: Scenario): Promise<void> {
  if (scenario.presence) {
    cursors = await Cursors.open(sides.sender, scenario)
    senders.push(cursors)
    return
  }
  if (scenario.shared) {
    await openShared(sides, scenario)
    return
  }
  for (let index = 0; index < scenario.senders; index++) {
    const members = await openMembers(sides, scenario, index)
    const link = await openSender(sides.sender, scenario, index)
    const room = members.length > 0 ? roomOf(members, scenario) : undefined
    senders.push(new Sender(link, room, scenario, index))
  }
}

/** Probes stand evenly among the members, so that their median is that of the room. */
async function openShared(sides: Sides, scenario: Scenario): Promise<void> {
  const members = await openMembers(sides, scenario, 0)
  const isProbe = (_link: Link, index: number): boolean =>
    index % Math.ceil(members.length / PROBES) === 0
  const probes = members.filter(isProbe)
  const others = members.filter((link, index) => !isProbe(link, index))
  const links: Link[] = []
  for (let index = 0; index < scenario.senders; index++) {
    links.push(await openSender(sides.sender, scenario, index))
  }
  rotation = new Rotation(links, roomOf(others, scenario), probes, scenario)
  senders.push(rotation)
}

async function openMembers(sides: Sides, scenario: Scenario, index: number): Promise<Link[]> {
  const members: Link[] = []
  for (let member = 0; member < scenario.members; member++) {
    const endpoint = sides.members[member % sides.members.length] ?? sides.sender
    members.push(await openMember(endpoint, scenario, index))
  }
  return members
}

async function openSender(endpoint: Endpoint, { enter }: Scenario, index: number): Promise<Link> {
  const link = await Link.open(endpoint)
  if (enter) await link.call(variant(enter, 0, index))
  return link
}

function roomOf(members: readonly Link[], { message }: Scenario): Room {
  const room = new Room(members, JSON.stringify(message).length)
  rooms.push(room)
  return room
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
  for (const room of rooms) room.work()
  const before = process.cpuUsage()
  const start = performance.now()
  const sent = await Promise.all(senders.map((sender) => sender.run(start + seconds * 1000)))
  const elapsed = (performance.now() - start) / 1000
  await Promise.all(rooms.map((room) => room.drained()))
  const { user, system } = process.cpuUsage(before)
  for (const room of rooms) room.rest()
  return {
    messages: sent.reduce((sum, count) => sum + count, 0),
    seconds: elapsed,
    cpu: (user + system) / 1e6,
    ...(rotation ? { latencies: rotation.latencies } : {}),
    ...(cursors ? { pushes: cursors.pushes / seconds } : {}),
  }
}

async function checkAll(sides: Sides, scenario: Scenario): Promise<void> {
  await (scenario.presence ? checkCursors(sides.sender, scenario) : check(sides, scenario))
}

async function handle(request: LoadRequest): Promise<LoadResult | undefined> {
  switch (request.kind) {
    case 'check':
      await checkAll(sidesOf(request.target, request.scenario), request.scenario)
      return undefined
    case 'open':
      await open(sidesOf(request.target, request.scenario), request.scenario)
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

/** Whether the harness waits for an answer. */
let isAsked = false
/** What went wrong while it did not. */
let fault: unknown

function respond(response: LoadResponse): void {
  if (!isAsked) return
  isAsked = false
  process.send?.(response)
}

function fail(error: unknown): void {
  if (!isAsked) fault ??= error
  respond({ ok: false, reason: error instanceof Error ? error.message : String(error) })
}

process.on('message', (request: LoadRequest) => {
  isAsked = true
  if (fault !== undefined) {
    fail(fault)
    return
  }
  handle(request).then((result) => respond({ ok: true, ...(result ? { result } : {}) }), fail)
})
// A connection that is lost: nobody awaits it.
process.on('uncaughtException', fail)
process.once('disconnect', () => process.exit(0))
