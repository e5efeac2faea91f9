import { Counter, Gauge, type Registry } from 'prom-client'
import type { WsCounters } from '../runtime/ws-counters.js'
import { clusterRows } from './cluster-rows.js'
import { checkPlace, type MetricPlace } from './metric-names.js'
import { APP_ROWS, type MetricRow } from './metric-rows.js'
import { ownerRows } from './owner-rows.js'
import { storeRows } from './store-rows.js'
import { transportRows } from './transport-rows.js'

/** Where the metrics of an app go. */
export type PrometheusMetricsOptions = MetricPlace

/**
 * Adds the counters of an app to a registry of prom-client. They are read when the registry is: a
 * message costs nothing more.
 *
 * @returns a function that takes them off again
 * @throws TypeError when an option is not what it may be
 * @throws Error when the registry has metrics of these names already
 * @example
 * ```ts
 * prometheusMetrics(app)
 * metricsRoute(app, '/metrics')
 * ```
 */
export function prometheusMetrics(
  app: { readonly counters: WsCounters },
  options: PrometheusMetricsOptions = {},
): () => void {
  const { counters } = app
  const { transport, cluster } = counters
  const rows = [
    ...APP_ROWS,
    ...ownerRows(counters),
    ...transportRows(transport),
    ...clusterRows(cluster),
    ...storeRows(counters),
  ]
  const names = rows.map(({ name }) => name)
  const { register, prefix } = checkPlace('prometheusMetrics', options, names)
  for (const row of rows) add(row, prefix + row.name, { counters, register })
  return () => {
    for (const name of names) register.removeSingleMetric(prefix + name)
  }
}

/** Where a metric's value comes from, and where it is told. */
interface Ends {
  readonly counters: WsCounters
  readonly register: Registry
}

function add(row: MetricRow, name: string, { counters, register }: Ends): void {
  const config = {
    ...{ name, help: row.help, registers: [register] },
    labelNames: row.label === undefined ? [] : [row.label],
  }
  if (row.kind === 'gauge') {
    const gauge: Gauge = new Gauge({
      ...config,
      collect: () => each(row, counters, (labels, value) => gauge.set(labels, value)),
    })
    return
  }
  const counter: Counter = new Counter({
    ...config,
    collect: () => {
      // prom-client adds to counters, and these have been added up already.
      counter.reset()
      each(row, counters, (labels, value) => counter.inc(labels, value))
    },
  })
}

function each(
  { label, read }: MetricRow,
  counters: WsCounters,
  tell: (labels: Record<string, string>, value: number) => void,
): void {
  const values = read(counters)
  if (typeof values === 'number') {
    tell({}, values)
    return
  }
  for (const [key, value] of Object.entries(values)) tell({ [label ?? 'key']: key }, value)
}
