import type { WsNode } from '../cluster/ws-node.js'
import type { WsCounters } from '../runtime/ws-counters.js'
import type { WsApp } from '../ws-app.js'
import type { Sample, Samples } from './samples.js'

/** How an app is, and how it has been since somebody looked last. */
export interface Overview {
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly status: string
  /** Seconds of the process. */
  readonly uptime: number
  /** Resident bytes of the process. */
  readonly memory: number
  readonly counters: WsCounters
  readonly nodes: readonly WsNode[]
  readonly samples: readonly Sample[]
}

/** @param after the moment of the last sample that is known */
export function overviewOf(app: WsApp, samples: Samples, after: number): Overview {
  return {
    now: Date.now(),
    status: app.status,
    uptime: Math.round(process.uptime()),
    memory: process.memoryUsage.rss(),
    counters: app.counters,
    nodes: app.server.nodes(),
    samples: samples.after(after),
  }
}
