import type { WsCounters } from '../runtime/ws-counters.js'
import type { MetricRow } from './metric-rows.js'

type Counters = NonNullable<WsCounters['documentOwners']>

function row(name: string, counter: keyof Counters, help: string): MetricRow {
  return {
    name: `document_owners_${name}`,
    kind: name.endsWith('_total') ? 'counter' : 'gauge',
    help,
    read: ({ documentOwners }) => documentOwners?.[counter] ?? 0,
  }
}

const COUNTED: readonly MetricRow[] = [
  row('owned', 'owned', 'Documents that this process owns.'),
  row('claimed_total', 'claimed', 'Documents that this process came to own.'),
  row('taken_over_total', 'takenOver', 'Documents that it took over from another process.'),
  row('lost_total', 'lost', 'Documents that it ceased to own against its will.'),
  row('forwarded', 'forwarded', 'Sessions of this process in documents of others.'),
  row('interrupted_total', 'interrupted', 'Forwarded sessions that were lost on the way.'),
  row('guests', 'guests', 'Sessions of other processes in documents of this one.'),
  row('calls_total', 'calls', 'What the application has asked of documents of others.'),
  row('sent_total', 'sent', 'Messages to the other processes.'),
  row('received_total', 'received', 'Messages from the other processes.'),
  row('malformed_total', 'malformed', 'Payloads of processes that are no messages.'),
]

/** What an app has whose documents have owners. */
export function ownerRows({ documentOwners }: WsCounters): readonly MetricRow[] {
  return documentOwners ? COUNTED : []
}
