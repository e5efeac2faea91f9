import type { TransportCounters } from './managed/transport-counters.js'

/** What became of a publish, from a transport that knows. */
export interface PublishResult {
  /**
   * Whether the message is on its way to the broker, or waits for it. Not a promise of delivery:
   * what is lost after all is counted.
   */
  readonly accepted: boolean
}

/**
 * Carries broadcasts between processes. Enfilade serves local members itself and calls the transport
 * for the others; it tolerates a transport that hands a message back to its publisher.
 *
 * For one channel, `subscribe` and `unsubscribe` are called one after the other, never at once.
 */
export interface WsBroadcastTransport {
  /** Hands a message to every subscriber of the channel, in order. */
  publish(channel: string, payload: string): void | PublishResult | Promise<void | PublishResult>
  /**
   * Starts to receive; done when messages published from now on arrive. A failure leaves nothing
   * subscribed, and refuses the joins that waited for it.
   */
  subscribe(channel: string, handler: (payload: string) => void): void | Promise<void>
  /** Stops to receive. A failure is logged; it is not tried again. */
  unsubscribe(channel: string): void | Promise<void>
}

/**
 * How a transport stands to its broker.
 *
 * - `connecting`: it has not been reached yet
 * - `ready`: it answers, and everything that is wanted is subscribed
 * - `degraded`: it can be reached, but answers late, or not everything is subscribed again
 * - `down`: it cannot be reached, or has not answered three probes in a row
 */
export type TransportStatus = 'connecting' | 'ready' | 'degraded' | 'down'

/** A status that has just been taken. */
export interface TransportStatusChange {
  readonly status: TransportStatus
  readonly previous: TransportStatus
  /** What went wrong, when something did. */
  readonly cause?: Error
}

/** Messages that were published and did not arrive. */
export interface TransportGap {
  readonly channel: string
  /** The transport that published them. */
  readonly from: string
  /** How many. */
  readonly missed: number
}

/** A transport that knows its state. */
export interface WsManagedTransport extends WsBroadcastTransport {
  readonly status: TransportStatus
  /** What it has counted, if it counts. */
  readonly counters?: TransportCounters
  /** @returns a function that ends the listening */
  onStatus(listener: (change: TransportStatusChange) => void): () => void
  /** @returns a function that ends the listening */
  onGap(listener: (gap: TransportGap) => void): () => void
}

/** Whether a transport knows its state. */
export function isManaged(transport: WsBroadcastTransport): transport is WsManagedTransport {
  const { onStatus, onGap } = transport as Partial<WsManagedTransport>
  return typeof onStatus === 'function' && typeof onGap === 'function'
}
