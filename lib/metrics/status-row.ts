import type { WsCounters } from '../runtime/ws-counters.js'
import type { TransportStatus } from '../transports/broadcast-transport.js'
import type { MetricRow } from './metric-rows.js'

const STATUSES: readonly TransportStatus[] = ['connecting', 'ready', 'degraded', 'down']

/** How something stands to its broker: one value for each status, of which one is 1. */
export function statusRow(
  name: string,
  title: string,
  read: (counters: WsCounters) => TransportStatus | undefined,
): MetricRow {
  return {
    name: `${name}_status`,
    kind: 'gauge',
    help: `Whether the ${title} has this status: 1 or 0.`,
    label: 'status',
    read: (counters) => {
      const current = read(counters)
      return Object.fromEntries(STATUSES.map((status) => [status, Number(status === current)]))
    },
  }
}
