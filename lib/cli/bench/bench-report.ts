import type { BenchPlan } from './bench-plan.js'
import type { LoadFigures } from './run-load.js'
import { sumOf } from './tally.js'

/** What `--json` prints. Times of latency are milliseconds, other times seconds. */
export interface BenchReport {
  /** The file of the app, or the address. */
  readonly target: string
  /** Event and path. */
  readonly route: string
  readonly connections: number
  readonly depth: number
  readonly seconds: number
  /** Replies that are no errors. */
  readonly messages: number
  readonly perSecond: number
  readonly latency: {
    readonly mean: number
    readonly p50: number
    readonly p90: number
    readonly p99: number
    readonly max: number
  }
  readonly pushesPerSecond: number
  /** Absent when nothing is known of its process. */
  readonly server?: {
    /** Seconds of CPU time. */
    readonly cpuPerMillion: number
    /** Of a core. */
    readonly share: number
    /** Bytes. */
    readonly memory: number
  }
  /** Of a core, that the load itself took. */
  readonly generatorShare: number
  /** By code. */
  readonly errors: Readonly<Record<string, number>>
  readonly firstError?: string
  /** Connections that the server closed, by how. */
  readonly lost: Readonly<Record<string, number>>
  readonly unanswered: number
}

/** What a load came to, in the figures that are told. */
export function reportOf(target: string, plan: BenchPlan, figures: LoadFigures): BenchReport {
  const { tally, seconds, ownCpu, server, unanswered } = figures
  const { message, connections, depth } = plan
  const { latencies, replies, firstError } = tally
  const at = (share: number): number => (replies === 0 ? 0 : latencies.percentile(share) / 1000)
  const handled = replies + sumOf(tally.errors)
  return {
    target,
    route: `${message.event} ${message.path}`,
    ...{ connections, depth, seconds: plan.seconds },
    messages: replies,
    perSecond: replies / seconds,
    latency: {
      mean: replies === 0 ? 0 : latencies.mean / 1000,
      ...{ p50: at(50), p90: at(90), p99: at(99) },
      max: replies === 0 ? 0 : latencies.max / 1000,
    },
    pushesPerSecond: tally.pushes / seconds,
    ...(server && {
      server: {
        cpuPerMillion: handled === 0 ? 0 : (server.cpu / handled) * 1e6,
        share: server.cpu / seconds,
        memory: server.memory,
      },
    }),
    generatorShare: ownCpu / seconds,
    errors: Object.fromEntries(tally.errors),
    ...(firstError !== undefined && { firstError }),
    lost: Object.fromEntries(tally.lost),
    unanswered,
  }
}

/** Whether everything was answered, and nothing with an error. */
export function isClean({ errors, lost, unanswered, messages }: BenchReport): boolean {
  const faults = Object.keys(errors).length + Object.keys(lost).length + unanswered
  return faults === 0 && messages > 0
}
