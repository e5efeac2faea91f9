import type { ClusterCounters } from '../cluster/cluster-counters.js'
import type { MetricRow } from './metric-rows.js'

function row(name: string, counter: keyof ClusterCounters, help: string): MetricRow {
  return {
    name: `cluster_${name}`,
    kind: name.endsWith('_total') ? 'counter' : 'gauge',
    help,
    read: ({ cluster }) => cluster?.[counter] ?? 0,
  }
}

const COUNTED: readonly MetricRow[] = [
  row('nodes', 'nodes', 'Other processes that live.'),
  row('sent_total', 'sent', 'Messages to the other processes, pushes apart.'),
  row('received_total', 'received', 'Messages from the other processes, pushes apart.'),
  row('malformed_total', 'malformed', 'Payloads on the channels of processes that are none.'),
]

/** What an app has that runs with others. */
export function clusterRows(cluster: ClusterCounters | undefined): readonly MetricRow[] {
  return cluster ? COUNTED : []
}
