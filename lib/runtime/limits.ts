import type { SlowPolicy } from '../rooms/slow-rule.js'

/** How many messages a client may send. */
export interface RateLimit {
  /** Messages per second, on average. */
  readonly perSecond: number
  /** Messages at once. */
  readonly burst: number
}

/** What happens to a client that reads too slowly. */
export interface BackpressureLimit {
  /** Bytes that may wait for one connection. */
  readonly limit: number
  /**
   * What becomes of pushes that say nothing of it: `close` ends the connection with 1013, `drop`
   * skips them until it has caught up, `latest` keeps the newest of each event in a room.
   */
  readonly policy: SlowPolicy
}

/** The limits that the runtime holds; each is an option of `createWsApp`. */
export interface RuntimeLimits {
  readonly maxPayload: number
  readonly idleTimeout: number
  readonly maxDepth: number
  readonly backpressure: BackpressureLimit
  readonly rateLimit: RateLimit | false
  readonly rateLimitPerIp: RateLimit | false
  readonly maxInFlight: number
  /** Frames kept while connect handlers run. */
  readonly maxPendingFrames: number
  /** Bytes kept while connect handlers run. */
  readonly maxPendingBytes: number
  /** Frames that were no messages, before the connection is closed with 4400. */
  readonly maxFaults: number
  /** Milliseconds that memberships wait for `@OnDisconnect`. */
  readonly disconnectTimeout: number
  /** Frames of at least this many bytes are compressed; `Infinity` compresses none. */
  readonly compressFrom: number
}
