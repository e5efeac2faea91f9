import { within } from '../support/deadline.js'
import { upgradeRequest } from '../support/raw-upgrade.js'
import { judgeFrame, type FrameTally } from './frame-judge.js'
import { nextFrames, type FrameSource, type FuzzFrames } from './frame-mutations.js'
import { FramePeer, type BatchEnd } from './frame-peer.js'
import { count, FuzzFailure, type Counts } from './fuzz-run.js'
import type { SeedMessage } from './message-mutations.js'
import { Random } from './random.js'
import { echoScript, Witness, type WitnessScript } from './witness.js'

/** A run of hostile frames. */
export interface FrameFuzzOptions {
  /** Frames to send. */
  count: number
  seed: number
  /** Connections at a time; 40 by default. */
  connections?: number
  /** Correct messages to mutate; several of a chat, and `echo` on `/echo`, by default. */
  messages?: readonly SeedMessage[]
  /** Path of the upgrade; `/` by default. */
  path?: string
  /** The innocent connection and its calls; `echoScript` by default. */
  witness?: WitnessScript
  /** Frames between two calls of the witness; 2,000 by default. */
  witnessEvery?: number
}

/** What happened in a run. */
export interface FrameFuzzResult extends FrameTally {
  seed: number
  sent: number
  /** Frames that the server has certainly read: a ping behind them was answered. */
  confirmed: number
  /** Frames sent, by the way they were made. */
  kinds: Counts
  /** Ended connections by the server's close code, 1006 where there was none. */
  closes: Counts
  reconnects: number
  /** Correct calls of the innocent connection, all answered rightly. */
  witnessed: number
  ms: number
}

/** Correct messages of a chat, with and without data. */
export const chatMessages: readonly SeedMessage[] = [
  { event: 'echo', path: '/echo', data: { n: 1, list: [1, 'two', null], deep: { a: { b: {} } } } },
  { event: 'join', path: '/chat/general' },
  { event: 'say', path: '/chat/general', data: { text: 'hello, wörld 👋' } },
  { event: 'say', path: '/chat/caf%C3%A9', data: { text: 'x' } },
  { event: 'leave', path: '/chat/general' },
  { event: 'message', path: '/', data: 'text' },
  { event: '$ping', path: '/' },
]

const batchSize = 10
const batchMs = 10_000

/**
 * Sends `count` mutated frames over many connections, reconnecting when the server closes one, and
 * checks on the way that: every frame the server sends is well formed; every correct message on a
 * connection that stays open is answered exactly once; and an innocent connection is always served.
 * Throws a `FuzzFailure` that names the seed. Each connection has its own sequence from the seed.
 */
export async function fuzzFrames(
  port: number,
  options: FrameFuzzOptions,
): Promise<FrameFuzzResult> {
  const run = new FrameRun(port, options)
  const { connections = 40, witness = echoScript, path = '/' } = options
  const started = performance.now()
  try {
    run.witness = await Witness.connect(`ws://127.0.0.1:${port}${path}`, witness)
    const share = Math.ceil(options.count / connections)
    const lanes = Array.from({ length: connections }, (_, lane) => run.lane(lane, share))
    await Promise.all(lanes)
    await run.witness.check()
  } catch (error) {
    run.stopped = true
    const finding = `Fuzzing failed after ${run.result.sent} frames`
    throw error instanceof FuzzFailure ? error : new FuzzFailure(finding, options.seed, error)
  } finally {
    run.witness?.leave()
  }
  run.result.witnessed = run.witness.calls
  run.result.ms = Math.round(performance.now() - started)
  return run.result
}

class FrameRun {
  stopped = false
  witness: Witness | undefined
  readonly result: FrameFuzzResult
  #witnessedAt = 0

  constructor(
    private readonly port: number,
    private readonly options: FrameFuzzOptions,
  ) {
    const counts = { sent: 0, confirmed: 0, replies: 0, pushes: 0, reconnects: 0, witnessed: 0 }
    this.result = { seed: options.seed, ...counts, kinds: {}, errors: {}, closes: {}, ms: 0 }
  }

  /** Sends the share of one connection, and of those that follow it when it is closed. */
  async lane(lane: number, share: number): Promise<void> {
    let peer: FramePeer | undefined
    let ids = 0
    const random = new Random(this.options.seed * 1000 + lane)
    const { messages = chatMessages } = this.options
    const source: FrameSource = { random, messages, nextId: () => `v${ids++}` }
    let left = share
    try {
      while (left > 0) {
        if (peer) this.result.reconnects++
        peer = await this.#connect(lane)
        left = await this.#use(peer, source, left)
      }
    } finally {
      peer?.destroy()
    }
  }

  /** Sends until enough was sent or the connection has ended; returns what is left to send. */
  async #use(peer: FramePeer, source: FrameSource, share: number): Promise<number> {
    let left = share
    while (left > 0) {
      if (this.stopped) return 0
      const made = makeBatch(source, Math.min(left, batchSize))
      left -= this.#note(made)
      const end = await this.#send(peer, made)
      await this.#callWitness()
      if (end === 'answered') continue
      count(this.result.closes, end)
      return left
    }
    return left
  }

  async #connect(lane: number): Promise<FramePeer> {
    // Every other one speaks the extension, where `$` events mean something.
    const headers: Record<string, string> =
      lane % 2 === 1 ? { 'Sec-WebSocket-Protocol': 'enfilade.v1' } : {}
    const request = upgradeRequest(this.port, { path: this.options.path ?? '/', headers })
    const peer: FramePeer = await within(
      FramePeer.open(this.port, request, (frame) => {
        const id = judgeFrame(frame, this.result)
        if (typeof id === 'string' && /^v\d+$/.test(id) && !peer.answered(id)) {
          throw new Error(`A second reply came for id ${id}, or one for a message never sent`)
        }
      }),
      'a connection for fuzzing',
      batchMs,
    )
    return peer
  }

  async #send(peer: FramePeer, made: FuzzFrames[]): Promise<BatchEnd> {
    const chunks = made.map(({ bytes }) => bytes)
    const ids = made.flatMap(({ id }) => id ?? [])
    const last = made.at(-1)?.aftermath === 'desync'
    const what = () => {
      const open = [...peer.unanswered].join(' ') || 'none'
      const batch = made.map(({ kind, bytes }) =>
        `${kind} ${bytes.toString('base64')}`.slice(0, 400),
      )
      return `the end of a batch (unanswered ids: ${open}) of\n${batch.join('\n')}\n`
    }
    const end = await within(peer.send({ chunks, ids, last }), what, batchMs)
    if (end === 'answered') for (const { frames } of made) this.result.confirmed += frames
    return end
  }

  #note(made: FuzzFrames[]): number {
    let frames = 0
    for (const each of made) {
      frames += each.frames
      count(this.result.kinds, each.kind, each.frames)
    }
    this.result.sent += frames
    return frames
  }

  async #callWitness(): Promise<void> {
    if (this.result.sent - this.#witnessedAt < (this.options.witnessEvery ?? 2000)) return
    this.#witnessedAt = this.result.sent
    await this.witness?.check()
  }
}

/** Frames up to a number, or up to the first that ends the connection. */
function makeBatch(source: FrameSource, size: number): FuzzFrames[] {
  const made: FuzzFrames[] = []
  for (let frames = 0; frames < size;) {
    const next = nextFrames(source)
    made.push(next)
    frames += next.frames
    if (next.aftermath !== 'open') break
  }
  return made
}
