import type { WsCounters } from '../runtime/ws-counters.js'

/** One metric, and where its value stands. */
export interface MetricRow {
  /** Without the prefix. */
  readonly name: string
  readonly kind: 'counter' | 'gauge'
  readonly help: string
  /** The label that tells the values apart, when there are several. */
  readonly label?: string
  /** A value, or one for each value of the label. */
  readonly read: (counters: WsCounters) => number | Readonly<Record<string, number>>
}

/** What every app has. */
export const APP_ROWS: readonly MetricRow[] = [
  {
    name: 'connections',
    kind: 'gauge',
    help: 'Connections that are open.',
    read: (counters) => counters.connections,
  },
  {
    name: 'connections_opened_total',
    kind: 'counter',
    help: 'Connections that have opened.',
    read: (counters) => counters.opened,
  },
  {
    name: 'connections_closed_total',
    kind: 'counter',
    help: 'Connections that have closed, by close code.',
    label: 'code',
    read: (counters) => counters.closed,
  },
  {
    name: 'upgrades_refused_total',
    kind: 'counter',
    help: 'Upgrades that were refused, by HTTP status or close code.',
    label: 'code',
    read: (counters) => counters.refused,
  },
  {
    name: 'messages_total',
    kind: 'counter',
    help: 'Frames that arrived.',
    read: (counters) => counters.messages,
  },
  {
    name: 'replies_total',
    kind: 'counter',
    help: 'Replies, those of errors among them.',
    read: (counters) => counters.replies,
  },
  {
    name: 'broadcasts_total',
    kind: 'counter',
    help: 'Broadcasts to a room with members in this process, or to everyone.',
    read: (counters) => counters.broadcasts,
  },
  {
    name: 'pushes_total',
    kind: 'counter',
    help: 'Pushes, one for each recipient.',
    read: (counters) => counters.pushes,
  },
  {
    name: 'errors_total',
    kind: 'counter',
    help: 'Failed messages and hooks, by error code.',
    label: 'code',
    read: (counters) => counters.errors,
  },
  {
    name: 'drops_total',
    kind: 'counter',
    help: 'What was dropped, by cause.',
    label: 'cause',
    read: (counters) => counters.drops,
  },
  {
    name: 'in_flight',
    kind: 'gauge',
    help: 'Handlers that have not finished.',
    read: (counters) => counters.inFlight,
  },
  {
    name: 'queued_bytes',
    kind: 'gauge',
    help: 'Bytes that wait in all sockets.',
    read: (counters) => counters.queuedBytes,
  },
  {
    name: 'largest_queue_bytes',
    kind: 'gauge',
    help: 'Bytes that wait in the socket with the most.',
    read: (counters) => counters.largestQueue,
  },
  {
    name: 'rooms',
    kind: 'gauge',
    help: 'Rooms that have a member in this process.',
    read: (counters) => counters.rooms,
  },
  {
    name: 'memberships',
    kind: 'gauge',
    help: 'Memberships in this process.',
    read: (counters) => counters.memberships,
  },
  {
    name: 'documents',
    kind: 'gauge',
    help: 'Documents that are open in this process.',
    read: (counters) => counters.documents,
  },
  {
    name: 'document_sessions',
    kind: 'gauge',
    help: 'Sessions in documents of this process.',
    read: (counters) => counters.documentSessions,
  },
  {
    name: 'document_commits_total',
    kind: 'counter',
    help: 'Transactions that changed a document.',
    read: (counters) => counters.documentCommits,
  },
  {
    name: 'document_save_failures_total',
    kind: 'counter',
    help: 'Saves of documents that failed and were tried again.',
    read: (counters) => counters.documentFailures,
  },
]
