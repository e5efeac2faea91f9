import { isPromise } from '../async/maybe-promise.js'
import { PerRoute } from '../runtime/per-route.js'
import type { Observe } from '../runtime/observer.js'
import type { WsContext } from '../runtime/ws-context.js'
import type { WsErrorEvent } from '../runtime/ws-events.js'
import { Durations } from './durations.js'
import type { Page, PageQuery } from './page-query.js'

/** One message of so many is timed: reading the clock is what timing costs. A power of two. */
const TIMED = 16

/** What is known of a route. */
export interface RouteRow {
  readonly event: string
  readonly pattern: string
  readonly handler: string
  /** Since the start. */
  readonly messages: number
  readonly errors: number
  /** Messages a second, over the last second. */
  readonly rate: number
  /** Microseconds, of lately; absent when none was timed. */
  readonly p50?: number | undefined
  readonly p99?: number | undefined
}

class RouteStats {
  messages = 0
  errors = 0
  before = 0
  rate = 0
  readonly durations = new Durations()

  constructor(
    readonly event: string,
    readonly pattern: string,
    readonly handler: string,
  ) {}

  /** What it is found by. */
  get words(): string {
    return `${this.event} ${this.pattern} ${this.handler}`.toLowerCase()
  }

  get row(): RouteRow {
    const { event, pattern, handler, messages, errors, rate, durations } = this
    const shares = { p50: durations.share(0.5), p99: durations.share(0.99) }
    return { event, pattern, handler, messages, errors, rate, ...shares }
  }
}

/** Counts the messages of each route, and times some. */
export class RouteTable {
  readonly #all: RouteStats[] = []
  readonly #routes = new PerRoute(({ event, pattern = '', handler }) => {
    const stats = new RouteStats(event, pattern, handler)
    this.#all.push(stats)
    return stats
  })

  /** Counts a message and runs its handler; no more, as every message passes here. */
  readonly count: Observe = (context, inner) => {
    const stats = this.#routes.of(context)
    // The first is timed, so that rare routes have times, too.
    return stats.messages++ % TIMED === 0 ? timed(stats, context, inner) : inner(context)
  }

  /** Counts a failure, whoever refused the message: asking every promise would cost more than all else. */
  failed({ event, pattern }: WsErrorEvent): void {
    if (pattern === undefined) return
    const stats = this.#all.find((one) => one.pattern === pattern && one.event === event)
    if (stats) stats.errors++
  }

  /** Those with a text in their event, path or handler, the busiest first. */
  find({ text, offset, limit }: PageQuery): Page<RouteRow> {
    const wanted = text.toLowerCase()
    const found = this.#all
      .filter(({ words }) => words.includes(wanted))
      .sort((a, b) => b.rate - a.rate || b.messages - a.messages)
    return {
      total: found.length,
      rows: found.slice(offset, offset + limit).map(({ row }) => row),
    }
  }

  /** Another second has passed. */
  tick(isFading: boolean): void {
    for (const stats of this.#all) {
      stats.rate = stats.messages - stats.before
      stats.before = stats.messages
      if (isFading) stats.durations.fade()
    }
  }
}

function timed(stats: RouteStats, context: WsContext, inner: Parameters<Observe>[1]): unknown {
  const start = performance.now()
  const done = (): void => stats.durations.add((performance.now() - start) * 1_000)
  let result: unknown
  try {
    result = inner(context)
  } catch (error) {
    done()
    throw error
  }
  // It listens at the side: what comes after waits for one promise less.
  if (isPromise(result)) result.then(done, done)
  else done()
  return result
}
