/** One message for the broker. */
export interface BrokerMessage {
  readonly channel: string
  readonly payload: string
}

/** What a session tells of. After `lost` nothing more is heard of it. */
export interface SessionEvents {
  message(channel: string, payload: string): void
  /** The connection is gone, or of no use any more. */
  lost(cause: Error): void
}

/**
 * A connection to a broker: from being connected to being lost, never repaired. A new session starts
 * with no subscription.
 */
export interface BroadcastSession {
  /** Bytes of the largest payload the broker takes. Default: no limit. */
  readonly maxPayload?: number
  /**
   * Hands messages to the broker, in order. Never waits for an earlier call.
   *
   * @returns the positions of those that the broker did not take, when it has answered for all
   */
  publish(messages: readonly BrokerMessage[]): Promise<readonly number[]>
  /** Done when everything published from now on arrives. A rejection is for all of them. */
  subscribe(channels: readonly string[]): Promise<void>
  unsubscribe(channels: readonly string[]): Promise<void>
  /** Done when something has gone to the broker and come back the way messages do. */
  ping(): Promise<void>
  /** Ends the connection at once, also when the broker hangs. */
  close(): void
}

/**
 * What is particular to a broker. {@link ManagedTransport} does the rest: it connects again, renews
 * subscriptions, batches, probes and counts.
 */
export interface BroadcastDriver {
  /**
   * Connects, once.
   *
   * @param signal aborted when it has taken too long: the attempt then ends and leaves nothing open
   */
  connect(events: SessionEvents, signal: AbortSignal): Promise<BroadcastSession>
}
