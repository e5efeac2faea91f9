// The load generator: a process of its own, told by messages what to do. It checks that the server
// answers right, then sends and counts.
import { isDeepStrictEqual } from 'node:util'
import type { Socket } from 'node:net'
import type { Scenario } from '../scenarios/scenario.js'
import { encodeFrame, FrameCounter } from './frames.js'
import { openLink } from './link.js'

/** What the harness sends. */
export type LoadRequest =
  | { readonly kind: 'check'; readonly port: number; readonly scenario: Scenario }
  | { readonly kind: 'open'; readonly port: number; readonly scenario: Scenario }
  | { readonly kind: 'run' }
  | { readonly kind: 'close' }

/** What it is told in return. */
export type LoadResponse =
  | { readonly ok: true; readonly seconds?: number; readonly cpu?: number }
  | { readonly ok: false; readonly reason: string }

interface Opened {
  readonly senders: readonly Sender[]
  readonly members: readonly Member[]
  readonly scenario: Scenario
}

/** Writes a batch, waits for all of its replies, writes the next. */
class Sender {
  readonly #socket: Socket
  readonly #batch: Buffer
  readonly #depth: number
  #left = 0
  #outstanding = 0
  #done: (() => void) | undefined

  constructor(socket: Socket, { message, depth }: Scenario) {
    this.#socket = socket
    this.#depth = depth
    const frames = Array.from({ length: depth }, (_, id) =>
      encodeFrame(JSON.stringify({ ...message, id })),
    )
    this.#batch = Buffer.concat(frames)
    const counter = new FrameCounter()
    socket.on('data', (chunk: Buffer) => this.#received(counter.push(chunk)))
  }

  run(batches: number): Promise<void> {
    this.#left = batches
    return new Promise((resolve) => {
      this.#done = resolve
      this.#next()
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #received(frames: number): void {
    this.#outstanding -= frames
    if (this.#outstanding === 0) this.#next()
  }

  #next(): void {
    if (this.#left-- === 0) {
      this.#done?.()
      return
    }
    this.#outstanding = this.#depth
    this.#socket.write(this.#batch)
  }
}

/** Counts pushes. */
class Member {
  readonly #socket: Socket
  #expected = 0
  #done: (() => void) | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    const counter = new FrameCounter()
    socket.on('data', (chunk: Buffer) => {
      this.#expected -= counter.push(chunk)
      if (this.#expected === 0) this.#done?.()
    })
  }

  expect(pushes: number): Promise<void> {
    this.#expected += pushes
    return new Promise((resolve) => (this.#done = resolve))
  }

  close(): void {
    this.#socket.destroy()
  }
}

let opened: Opened | undefined

async function call(socket: Socket, message: object): Promise<unknown> {
  const reply = nextFrame(socket)
  socket.write(encodeFrame(JSON.stringify({ ...message, id: 1 })))
  return reply
}

function nextFrame(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => {
    const counter = new FrameCounter((payload) => {
      socket.off('data', read)
      resolve(JSON.parse(payload.toString()))
    })
    const read = (chunk: Buffer): void => {
      counter.push(chunk)
    }
    socket.on('data', read)
  })
}

function expectEqual(what: string, actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return
  throw new Error(`${what} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`)
}

/** Every contender has to answer right before it is timed. */
async function check(port: number, { message, reply, members }: Scenario): Promise<void> {
  const sender = await openLink(port)
  const member = await openLink(port)
  try {
    const { event, path } = message
    if (members > 0) {
      const joined = await call(member, { event: 'join', path })
      expectEqual('the reply to join', joined, { id: 1, data: { joined: true } })
      await call(sender, { event: 'join', path })
    }
    const push = members > 0 ? nextFrame(member) : undefined
    expectEqual('the reply', await call(sender, message), { id: 1, data: reply })
    if (!push) return
    const room = path.slice('/room/'.length)
    expectEqual('the push', await push, { event, path, params: { room }, data: reply })
  } finally {
    sender.destroy()
    member.destroy()
  }
}

async function open(port: number, scenario: Scenario): Promise<void> {
  const { path } = scenario.message
  const members: Member[] = []
  for (let index = 0; index < scenario.members; index++) {
    const socket = await openLink(port)
    await call(socket, { event: 'join', path })
    members.push(new Member(socket))
  }
  const senders: Sender[] = []
  for (let index = 0; index < scenario.senders; index++) {
    const socket = await openLink(port)
    if (scenario.members > 0) await call(socket, { event: 'join', path })
    senders.push(new Sender(socket, scenario))
  }
  opened = { senders, members, scenario }
}

async function run({ senders, members, scenario }: Opened): Promise<LoadResponse> {
  const { count, depth } = scenario
  const batches = count / depth / senders.length
  const before = process.cpuUsage()
  const start = performance.now()
  const received = members.map((member) => member.expect(count))
  await Promise.all(senders.map((sender) => sender.run(batches)))
  await Promise.all(received)
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(before)
  return { ok: true, seconds, cpu: (user + system) / 1e6 }
}

function close(): void {
  for (const link of [...(opened?.senders ?? []), ...(opened?.members ?? [])]) link.close()
  opened = undefined
}

async function handle(request: LoadRequest): Promise<LoadResponse> {
  switch (request.kind) {
    case 'check':
      await check(request.port, request.scenario)
      return { ok: true }
    case 'open':
      await open(request.port, request.scenario)
      return { ok: true }
    case 'run':
      if (!opened) throw new Error('nothing is open')
      return run(opened)
    case 'close':
      close()
      return { ok: true }
  }
}

process.on('message', (request: LoadRequest) => {
  handle(request).then(
    (response) => process.send?.(response),
    (error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error)
      process.send?.({ ok: false, reason } satisfies LoadResponse)
    },
  )
})
process.once('disconnect', () => process.exit(0))
