import { createHistogram } from 'node:perf_hooks'

/** Microseconds: a minute. */
const LONGEST = 60_000_000

/** What all connections have seen in one run. */
export class Tally {
  /** Replies that are no errors. */
  replies = 0
  pushes = 0
  /** Replies that are errors, by code. */
  readonly errors = new Map<string, number>()
  /** What the first of them said. */
  firstError: string | undefined
  /** Connections that were lost, by the code and reason of the server. */
  readonly lost = new Map<string, number>()
  /** Microseconds until replies. */
  readonly latencies = createHistogram({ lowest: 1, highest: LONGEST, figures: 3 })

  /** @param milliseconds until the reply */
  replied(milliseconds: number): void {
    this.replies++
    this.latencies.record(Math.min(LONGEST, Math.max(1, Math.round(milliseconds * 1000))))
  }

  failed(code: string, message: string): void {
    increment(this.errors, code)
    this.firstError ??= `${code}: ${message}`
  }
}

/** One more of these. */
export function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

/** How many there are of all. */
export function sumOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0)
}
