import type { WsDropCause } from './ws-events.js'

/** What an app has counted since it started. */
export class WsCounters {
  /** Connections that are open now. */
  connections = 0
  /** Connections that have ever opened. */
  opened = 0
  /** Frames that arrived. */
  messages = 0
  /** Handlers that have not finished. */
  inFlight = 0
  /** Upgrades that were refused, by HTTP status or close code. */
  readonly refused: Record<number, number> = {}
  /** Failed messages and hooks, by error code. */
  readonly errors: Record<number, number> = {}
  /** What was dropped, by cause. `backpressure` counts at least once per socket that lost some. */
  readonly drops: Partial<Record<WsDropCause, number>> = {}
}

/** Adds one. */
export function increment<K extends PropertyKey>(counts: Partial<Record<K, number>>, key: K): void {
  counts[key] = (counts[key] ?? 0) + 1
}
