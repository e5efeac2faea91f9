import type { WsCounters } from '../runtime/ws-counters.js'
import type { HistoryCounters } from '../transports/history/counted-history.js'
import type { SessionCounters } from '../transports/sessions/counted-session-store.js'
import type { MetricRow } from './metric-rows.js'
import { statusRow } from './status-row.js'

type StoreName = 'history' | 'sessions'
type NumbersOf<T> = { [K in keyof T]: T[K] extends number ? K : never }[keyof T]

/** What every store has. */
function commonRows(store: StoreName, title: string): readonly MetricRow[] {
  const row = (name: string, help: string, read: MetricRow['read']): MetricRow => ({
    ...{ name: `${store}_${name}`, help, read },
    kind: name.endsWith('_total') ? 'counter' : 'gauge',
  })
  return [
    statusRow(store, title, (counters) => counters[store]?.status),
    row('pending', 'Questions that have no answer yet.', (of) => of[store]?.pending ?? 0),
    row('answered_total', 'Questions that were answered.', (of) => of[store]?.answered ?? 0),
    row('answer_seconds_total', 'Seconds that answers took.', (of) => of[store]?.seconds ?? 0),
    {
      ...row('failed_total', 'Questions that failed.', (of) => ({ ...of[store]?.failed })),
      label: 'fault',
    },
  ]
}

function historyRow(name: string, counter: NumbersOf<HistoryCounters>, help: string): MetricRow {
  const kind = name.endsWith('_total') ? 'counter' : 'gauge'
  return { name, kind, help, read: ({ history }) => history?.[counter] ?? 0 }
}

function sessionRow(name: string, counter: NumbersOf<SessionCounters>, help: string): MetricRow {
  const kind = name.endsWith('_total') ? 'counter' : 'gauge'
  return { name, kind, help, read: ({ sessions }) => sessions?.[counter] ?? 0 }
}

const HISTORY: readonly MetricRow[] = [
  ...commonRows('history', 'shared history'),
  historyRow('history_appended_total', 'appended', 'Pushes that the history has taken.'),
  historyRow('history_restarted_total', 'restarted', 'Rooms that were made to start anew.'),
  historyRow('history_rooms_apart', 'apart', 'Rooms that are on their own.'),
  historyRow('history_gaps_total', 'gaps', 'Rooms whose members here were told of a gap.'),
]

const SESSIONS: readonly MetricRow[] = [
  ...commonRows('sessions', 'session store'),
  sessionRow('sessions_held', 'held', 'Sessions that this process has.'),
  sessionRow('sessions_saved_total', 'saved', 'Sessions that were written.'),
  sessionRow('sessions_found_total', 'found', 'Sessions that clients came back for.'),
  sessionRow('sessions_missing_total', 'missing', 'Sessions that clients did not find.'),
  sessionRow('sessions_taken_total', 'taken', 'Sessions that another process goes on with.'),
]

/** What an app has that shares its history or its sessions. */
export function storeRows({ history, sessions }: WsCounters): readonly MetricRow[] {
  return [...(history ? HISTORY : []), ...(sessions ? SESSIONS : [])]
}
