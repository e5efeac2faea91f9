import { setTimeout as pause } from 'node:timers/promises'
import type { Endpoint } from '../../load/link.js'
import type { Answer, LoadMessage } from '../../load/wire.js'
import { CliError } from '../cli-error.js'
import { BenchConnection } from './bench-connection.js'
import { messageOf, type BenchPlan } from './bench-plan.js'
import { Tally } from './tally.js'

/** Where the server is, and what it speaks. */
export type BenchTarget = Omit<Endpoint, 'headers'>

/** What is known of the process of the server; absent where nothing is. */
export interface ServerProbe {
  /** Seconds of CPU time that it has used. */
  readonly cpu: () => Promise<number>
  /** Bytes that it holds. */
  readonly memory: () => Promise<number>
}

/** What a load came to. */
export interface LoadFigures {
  readonly tally: Tally
  /** Messages that were never answered. */
  readonly unanswered: number
  /** From the first message to the last reply. */
  readonly seconds: number
  /** Seconds of CPU time of this process. */
  readonly ownCpu: number
  readonly server: { readonly cpu: number; readonly memory: number } | undefined
}

/** Connections that are opened at once. */
const AT_ONCE = 32
/** Seconds before anything is measured: code that is not compiled yet says nothing. */
const WARM_UP = 0.5
/** Milliseconds that a reply may take. */
const PATIENCE = 10_000

/**
 * Connects everyone, lets the code warm up, and measures.
 *
 * @throws CliError when the server cannot be reached, or does not answer right
 */
export async function runLoad(
  plan: BenchPlan,
  target: BenchTarget,
  probe: ServerProbe | undefined,
): Promise<LoadFigures> {
  const connections: BenchConnection[] = []
  try {
    await openAll(plan, target, connections)
    const [first] = connections
    if (first) await askFirst(first, messageOf(plan.message, 0))
    await runAll(connections, Math.min(WARM_UP, plan.seconds), new Tally())
    return await measure(connections, plan, probe)
  } finally {
    for (const connection of connections) connection.close()
  }
}

async function openAll(
  { message, join, depth, headers, ...plan }: BenchPlan,
  target: BenchTarget,
  connections: BenchConnection[],
): Promise<void> {
  const endpoint = { ...target, headers }
  let next = 0
  const open = async (): Promise<void> => {
    for (let n = next++; n < plan.connections; n = next++) {
      const load = { message: messageOf(message, n), depth }
      const connection = await BenchConnection.open(endpoint, load)
      connections.push(connection)
      if (join) await askFirst(connection, messageOf(join, n))
    }
  }
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, open))
  } catch (error) {
    if (error instanceof CliError) throw error
    const place = `${target.host}:${target.port}`
    const { message: text } = error as Error
    const hint = hintFor(text, target)
    throw new CliError(`not everyone could connect to ${place}: ${text}${hint}`, undefined, {
      cause: error,
    })
  }
}

function hintFor(text: string, { tls }: BenchTarget): string {
  if (text.includes('certificate')) return ' (--insecure takes any certificate)'
  if (tls !== undefined || !text.includes('closed')) return ''
  return ' (where it serves TLS: --tls for a file, wss:// for an address)'
}

/** What is answered wrong is not measured. */
async function askFirst(connection: BenchConnection, message: LoadMessage): Promise<void> {
  const { event, path } = message
  const over = new AbortController()
  const late = pause(PATIENCE, undefined, { signal: over.signal })
  const answer = await Promise.race([
    connection.ask(message),
    late.then((): Answer => ({ error: { code: 408, message: 'no reply in ten seconds' } })),
  ]).finally(() => {
    late.catch(() => undefined)
    over.abort()
  })
  if (!answer.error) return
  const { code, message: text } = answer.error
  throw new CliError(`${event} ${path} is answered with ${String(code)}: ${String(text)}`)
}

async function measure(
  connections: readonly BenchConnection[],
  { seconds }: BenchPlan,
  probe: ServerProbe | undefined,
): Promise<LoadFigures> {
  const tally = new Tally()
  for (const { lost } of connections) {
    if (lost !== undefined) tally.lost.set(lost, (tally.lost.get(lost) ?? 0) + 1)
  }
  const before = await probe?.cpu()
  const own = process.cpuUsage()
  const start = performance.now()
  const unanswered = await runAll(connections, seconds, tally)
  const elapsed = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(own)
  const server = probe && {
    cpu: (await probe.cpu()) - (before ?? 0),
    memory: await probe.memory(),
  }
  return { tally, unanswered, seconds: elapsed, ownCpu: (user + system) / 1e6, server }
}

/** @returns how many messages were never answered */
async function runAll(
  connections: readonly BenchConnection[],
  seconds: number,
  tally: Tally,
): Promise<number> {
  const until = performance.now() + seconds * 1000
  const over = new AbortController()
  const late = pause(seconds * 1000 + PATIENCE, undefined, { signal: over.signal })
  const all = Promise.all(connections.map((connection) => connection.run(until, tally)))
  await Promise.race([all, late]).finally(() => {
    late.catch(() => undefined)
    over.abort()
  })
  return connections.reduce((sum, { underway }) => sum + underway, 0)
}
