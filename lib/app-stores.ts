import type { WsAppOptions } from './options/options.js'
import type { CountedElsewhere } from './runtime/ws-counters.js'
import { CountedHistory } from './transports/history/counted-history.js'
import { CountedSessionStore } from './transports/sessions/counted-session-store.js'

/** The stores of an app; absent when it has none. */
export interface AppStores {
  readonly history?: CountedHistory | undefined
  readonly sessions?: CountedSessionStore | undefined
  readonly counters: Pick<CountedElsewhere, 'history' | 'sessions'>
}

/** Counts what the stores that are given are asked. */
export function countedStores({ history: given, recovery }: WsAppOptions): AppStores {
  const store = typeof recovery === 'object' ? recovery.sessions : undefined
  const history = given && new CountedHistory(given)
  const sessions = store && new CountedSessionStore(store)
  return {
    ...{ history, sessions },
    counters: { history: history?.counters, sessions: sessions?.counters },
  }
}
