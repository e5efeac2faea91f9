import type { TransportReport } from '../runtime/ws-counters.js'
import type { TransportCounters } from '../transports/managed/transport-counters.js'
import type { MetricRow } from './metric-rows.js'
import { statusRow } from './status-row.js'

type CounterName = Exclude<keyof TransportCounters, 'lost'>

function row(name: string, counter: CounterName, help: string): MetricRow {
  return {
    name: `transport_${name}`,
    kind: name.endsWith('_total') ? 'counter' : 'gauge',
    help,
    read: ({ transport }) => transport?.counters?.[counter] ?? 0,
  }
}

const STATUS = statusRow('transport', 'broadcast transport', ({ transport }) => transport?.status)

const COUNTED: readonly MetricRow[] = [
  row('sent_total', 'sent', 'Messages that were published.'),
  row('delivered_total', 'delivered', 'Messages that the broker has taken.'),
  row('pending', 'pending', 'Messages that wait for the broker, or for its answer.'),
  {
    name: 'transport_lost_total',
    kind: 'counter',
    help: 'Messages that were lost on this side, by cause.',
    label: 'cause',
    read: ({ transport }) => ({ ...transport?.counters?.lost }),
  },
  row('received_total', 'received', 'Messages that arrived from others.'),
  row('missed_total', 'missed', 'Messages that others published and that did not arrive.'),
  row('duplicates_total', 'duplicates', 'Messages that arrived twice, or too late.'),
  row('malformed_total', 'malformed', 'Payloads on our channels that are not ours.'),
]

/** What an app has whose broadcast transport knows its state. */
export function transportRows(transport: TransportReport | undefined): readonly MetricRow[] {
  if (!transport) return []
  return transport.counters ? [STATUS, ...COUNTED] : [STATUS]
}
