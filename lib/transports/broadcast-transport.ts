/**
 * Carries broadcasts between processes. Enfilade serves local members itself and calls the transport
 * for the others; it tolerates a transport that hands a message back to its publisher.
 *
 * For one channel, `subscribe` and `unsubscribe` are called one after the other, never at once.
 */
export interface WsBroadcastTransport {
  /** Hands a message to every subscriber of the channel, in order. */
  publish(channel: string, payload: string): void | Promise<void>
  /**
   * Starts to receive; done when messages published from now on arrive. A failure leaves nothing
   * subscribed, and refuses the joins that waited for it.
   */
  subscribe(channel: string, handler: (payload: string) => void): void | Promise<void>
  /** Stops to receive. A failure is logged; it is not tried again. */
  unsubscribe(channel: string): void | Promise<void>
}
