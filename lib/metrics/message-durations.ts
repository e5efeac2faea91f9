import { Histogram } from 'prom-client'
import { isPromise } from '../async/maybe-promise.js'
import type { WsMiddleware } from '../runtime/middleware.js'
import { PerRoute } from '../runtime/per-route.js'
import { checkPlace, type MetricPlace } from './metric-names.js'

/** Where the durations go, and how finely they are told apart. */
export interface MessageDurationsOptions extends MetricPlace {
  /** Upper bounds in seconds, ascending. Default: 13 from 0.0005 to 10. */
  readonly buckets?: readonly number[]
}

const NAME = 'message_duration_seconds'
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

/** Writes down seconds; one for each outcome of a route. */
interface RouteObservers {
  readonly ok: (seconds: number) => void
  readonly error: (seconds: number) => void
}

/**
 * Middleware that measures how long messages take: a histogram by event, pattern of the route, and
 * outcome. Put first into the option `use`, so that it measures the other middleware, too.
 *
 * @throws TypeError when an option is not what it may be
 * @throws Error when the registry has a metric of this name already
 * @example
 * ```ts
 * createWsApp({ controllers: [ChatController], use: [messageDurations()] })
 * ```
 */
export function messageDurations(options: MessageDurationsOptions = {}): WsMiddleware {
  const { register, prefix } = checkPlace('messageDurations', options, [NAME])
  const histogram = new Histogram({
    name: prefix + NAME,
    help: 'Seconds that messages took, from their route to the end of their handler.',
    labelNames: ['event', 'route', 'outcome'],
    buckets: checkBuckets(options.buckets ?? BUCKETS),
    registers: [register],
  })
  const routes = new PerRoute(({ event, pattern = '' }): RouteObservers => {
    const observer = (outcome: string): RouteObservers['ok'] => {
      const child = histogram.labels({ event, route: pattern, outcome })
      return (seconds) => child.observe(seconds)
    }
    return { ok: observer('ok'), error: observer('error') }
  })
  return (context, next) => {
    if (context.kind !== 'message') return next()
    return timed(next, routes.of(context))
  }
}

function timed(next: () => unknown, { ok, error }: RouteObservers): unknown {
  const start = performance.now()
  const elapsed = (): number => (performance.now() - start) / 1000
  let result: unknown
  try {
    result = next()
  } catch (cause) {
    error(elapsed())
    throw cause
  }
  if (!isPromise(result)) {
    ok(elapsed())
    return result
  }
  return Promise.resolve(result).then(
    (value) => {
      ok(elapsed())
      return value
    },
    (cause: unknown) => {
      error(elapsed())
      throw cause
    },
  )
}

function checkBuckets(buckets: readonly number[]): number[] {
  const list: readonly unknown[] = Array.isArray(buckets) ? buckets : []
  if (list.length > 0 && list.every(isAboveLast)) return [...buckets]
  throw new TypeError('messageDurations: buckets has to be a list of seconds above 0, ascending')
}

function isAboveLast(bound: unknown, index: number, all: readonly unknown[]): boolean {
  return Number.isFinite(bound) && (bound as number) > Number(all[index - 1] ?? 0)
}
