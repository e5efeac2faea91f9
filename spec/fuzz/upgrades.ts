import { connect } from 'node:net'
import { defer, within } from '../support/deadline.js'
import { acceptFor, ResponseReader, type HttpResponse } from '../support/raw-upgrade.js'
import { count, FuzzFailure, type Counts } from './fuzz-run.js'
import { Random } from './random.js'
import { nextUpgrade, type FuzzUpgrade } from './upgrade-mutations.js'
import { echoScript, Witness, type WitnessScript } from './witness.js'

/** A run of hostile upgrades. */
export interface UpgradeFuzzOptions {
  /** Upgrades to try. */
  count: number
  seed: number
  /** Upgrades at a time; 16 by default. */
  concurrency?: number
  /** Path of a correct upgrade; `/` by default. */
  path?: string
  /** The innocent connections and their calls; `echoScript` by default. */
  witness?: WitnessScript
  /** Upgrades between two checks of the witness; 100 by default. */
  witnessEvery?: number
}

/** What happened in a run. */
export interface UpgradeFuzzResult {
  seed: number
  sent: number
  kinds: Counts
  /** Answers by HTTP status; `none` where the connection ended without one. */
  statuses: Counts
  /** Statuses of correct requests that waited for their answer: all should be 101. */
  correct: Counts
  /** Correct calls over an old and over a new connection, all answered rightly. */
  witnessed: number
  ms: number
}

const answerMs = 10_000

/**
 * Sends `count` mutated upgrade requests and checks that: what is answered is answered in HTTP; a
 * 101 carries the right `Sec-WebSocket-Accept`; a complete request is never left without an answer
 * or an end; and innocent connections, an old one and new ones, are always served. Throws a
 * `FuzzFailure` that names the seed.
 */
export async function fuzzUpgrades(
  port: number,
  options: UpgradeFuzzOptions,
): Promise<UpgradeFuzzResult> {
  const run = new UpgradeRun(port, options)
  const { concurrency = 16 } = options
  const started = performance.now()
  try {
    run.witness = await run.newWitness()
    const share = Math.ceil(options.count / concurrency)
    await Promise.all(Array.from({ length: concurrency }, (_, lane) => run.lane(lane, share)))
    await run.callWitnesses()
  } catch (error) {
    run.stopped = true
    const finding = `Fuzzing failed after ${run.result.sent} upgrades`
    throw new FuzzFailure(finding, options.seed, error)
  } finally {
    run.witness?.leave()
  }
  run.result.ms = Math.round(performance.now() - started)
  return run.result
}

class UpgradeRun {
  stopped = false
  witness: Witness | undefined
  readonly result: UpgradeFuzzResult
  readonly #path: string

  constructor(
    private readonly port: number,
    private readonly options: UpgradeFuzzOptions,
  ) {
    this.#path = options.path ?? '/'
    const counts = { sent: 0, witnessed: 0, ms: 0 }
    this.result = { seed: options.seed, ...counts, kinds: {}, statuses: {}, correct: {} }
  }

  async lane(lane: number, share: number): Promise<void> {
    const random = new Random(this.options.seed * 1000 + lane)
    const source = { random, port: this.port, path: this.#path }
    for (let left = share; left > 0; left--) {
      if (this.stopped) return
      await this.#try(nextUpgrade(source))
      this.result.sent++
      if (this.result.sent % (this.options.witnessEvery ?? 100) === 0) await this.callWitnesses()
    }
  }

  newWitness(): Promise<Witness> {
    const url = `ws://127.0.0.1:${this.port}${this.#path}`
    return Witness.connect(url, this.options.witness ?? echoScript)
  }

  /** Calls over the connection that was there from the start, and over a new one. */
  async callWitnesses(): Promise<void> {
    const fresh = await this.newWitness()
    try {
      await Promise.all([this.witness?.check(), fresh.check()])
      this.result.witnessed += 2
    } finally {
      fresh.leave()
    }
  }

  async #try(made: FuzzUpgrade): Promise<void> {
    const text = Buffer.concat(made.chunks.map((chunk) => Buffer.from(chunk))).toString('latin1')
    const what = `an answer to, or the end of, a request (${made.kind}): ${text.slice(0, 600)}`
    const response = await within(exchange(this.port, made), what, answerMs)
    const status = response?.status ?? 'none'
    count(this.result.kinds, made.kind)
    count(this.result.statuses, status)
    if (made.kind === 'correct' || made.kind === 'slow') count(this.result.correct, status)
    if (response) checkResponse(response, text)
  }
}

/** Sends a request and resolves with its answer, or without one when the connection has ended. */
function exchange(port: number, made: FuzzUpgrade): Promise<HttpResponse | undefined> {
  const answer = defer<HttpResponse | undefined>()
  const reader = new ResponseReader()
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    // A reset is an answer of sorts; nobody listening is not.
    if (error.code === 'ECONNREFUSED') answer.reject(error)
  })
  socket.on('connect', () => void write(made).catch(() => undefined))
  socket.on('data', (chunk) => {
    const read = reader.push(chunk)
    if (!read) return
    answer.resolve(read.response)
    socket.destroy()
  })
  socket.on('close', () => answer.resolve(reader.push(Buffer.alloc(0), true)?.response))
  return answer.promise

  async function write({ chunks, manners }: FuzzUpgrade): Promise<void> {
    for (const chunk of chunks) {
      await new Promise<void>((resolve, reject) => {
        socket.write(chunk, (error) => (error ? reject(error) : resolve()))
      })
    }
    if (manners === 'end') socket.end()
    if (manners === 'reset') socket.resetAndDestroy()
  }
}

function checkResponse({ status, headers }: HttpResponse, request: string): void {
  if (status === 0) throw new Error('The answer is no HTTP')
  if (status !== 101) return
  const keys = [...request.matchAll(/^sec-websocket-key: *(.*?)\s*$/gim)].map((match) => match[1])
  const accepted = keys.map((key) => acceptFor(key ?? ''))
  if (!accepted.includes(headers['sec-websocket-accept'] ?? '')) {
    throw new Error(`101 with a wrong Sec-WebSocket-Accept, to ${request.slice(0, 600)}`)
  }
}
