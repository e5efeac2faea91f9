import type { ClusterCounters } from '../cluster/cluster-counters.js'
import type { DocumentOwnerCounters } from '../documents/owners/owner-counters.js'
import { CLOSE_CODES } from '../protocol/close-codes.js'
import type { TransportStatus, WsManagedTransport } from '../transports/broadcast-transport.js'
import type { HistoryCounters } from '../transports/history/counted-history.js'
import type { TransportCounters } from '../transports/managed/transport-counters.js'
import type { SessionCounters } from '../transports/sessions/counted-session-store.js'
import type { WsDropCause } from './ws-events.js'

/** How the broadcast transport is. */
export interface TransportReport {
  readonly status: TransportStatus
  /** What it has counted; absent when it counts nothing. */
  readonly counters?: TransportCounters | undefined
}

/** What is counted elsewhere. */
export interface CountedElsewhere {
  readonly transport?: WsManagedTransport | undefined
  readonly cluster?: ClusterCounters | undefined
  readonly history?: HistoryCounters | undefined
  readonly sessions?: SessionCounters | undefined
}

/**
 * What an app has counted since it started, and how much there is now. `JSON.stringify` writes all of
 * it.
 */
export class WsCounters {
  /** Connections that are open now. */
  connections = 0
  /** Connections that have ever opened. */
  opened = 0
  /**
   * Connections that have closed, by close code. Clients may send any: of codes that neither RFC 6455
   * nor Enfilade knows at most 64 are kept apart, the others counted under 0.
   */
  readonly closed: Record<number, number> = {}
  /** Frames that arrived. */
  messages = 0
  /** Replies that were handed to a socket, those of errors among them. */
  replies = 0
  /** Broadcasts to a room with members here, or to everyone. */
  broadcasts = 0
  /** Pushes that were handed to a socket: a broadcast counts once for each recipient. */
  pushes = 0
  /** Handlers that have not finished. */
  inFlight = 0
  /** Bytes that wait in all sockets; looked at once a second. */
  queuedBytes = 0
  /** Bytes that wait in the socket with the most; looked at once a second. */
  largestQueue = 0
  /** Rooms that have a member in this process. */
  rooms = 0
  /** Memberships in this process: a connection counts once for each room it is in. */
  memberships = 0
  /** Upgrades that were refused, by HTTP status or close code. */
  readonly refused: Record<number, number> = {}
  /** Failed messages and hooks, by error code. */
  readonly errors: Record<number, number> = {}
  /** What was dropped, by cause. `backpressure` counts at least once per socket that lost some. */
  readonly drops: Partial<Record<WsDropCause, number>> = {}
  /** Documents that are open in this process. */
  documents = 0
  /** Sessions in documents: a connection counts once for each that it has open. */
  documentSessions = 0
  /** Transactions that changed a document, of clients and of the server. */
  documentCommits = 0
  /** Saves of documents that failed; each is tried again. */
  documentFailures = 0
  /** Documents of several processes; absent without `owners` of any. */
  documentOwners?: DocumentOwnerCounters
  /** The broadcast transport; absent without one that knows its state. */
  readonly transport?: TransportReport

  /** The other processes; absent without a broadcast transport. */
  readonly cluster?: ClusterCounters

  /** The shared history; absent without one. */
  readonly history?: HistoryCounters

  /** The shared sessions; absent without them. */
  readonly sessions?: SessionCounters

  /** @internal */
  constructor({ transport, cluster, history, sessions }: CountedElsewhere = {}) {
    if (transport) this.transport = reportOf(transport)
    if (cluster) this.cluster = cluster
    if (history) this.history = history
    if (sessions) this.sessions = sessions
  }
}

/** Always as the transport is when it is read. */
function reportOf(transport: WsManagedTransport): TransportReport {
  return {
    get status() {
      return transport.status
    },
    get counters() {
      return transport.counters
    },
  }
}

/** Adds one. */
export function increment<K extends PropertyKey>(counts: Partial<Record<K, number>>, key: K): void {
  counts[key] = (counts[key] ?? 0) + 1
}

const OWN_CODES: ReadonlySet<number> = new Set(Object.values(CLOSE_CODES))
/** RFC 6455, 7.4.2: from here on applications choose. */
const FIRST_FREE_CODE = 4000
const MAX_CLOSE_CODES = 64

/** Counts a connection that closed; whatever clients close with, the counter stays small. */
export function countClosed({ closed }: WsCounters, code: number): void {
  increment(closed, isKept(closed, code) ? code : 0)
}

function isKept(closed: WsCounters['closed'], code: number): boolean {
  if (code < FIRST_FREE_CODE || OWN_CODES.has(code) || closed[code] !== undefined) return true
  return Object.keys(closed).length < MAX_CLOSE_CODES
}
