/** What publishes to topics: uWebSockets.js's apps and sockets have this shape. */
export interface TopicPublisher {
  /** A socket publishes to all subscribers but itself, and has to be one. */
  publish(
    topic: string,
    frame: string | Uint8Array,
    isBinary?: boolean,
    compress?: boolean,
  ): boolean
}

/** What a connection needs of its socket: uWebSockets.js's `WebSocket` has this shape. */
export interface ConnectionSocket extends TopicPublisher {
  /** 1: sent; 0: queued; 2: dropped, the queue is over its limit; `lost` hears of it, too. */
  send(frame: string | Uint8Array, isBinary?: boolean, compress?: boolean): number
  getBufferedAmount(): number
  /** Joins what is sent by the callback, which is called at once, into one write. */
  cork(callback: () => void): unknown
  /** Calls the close callback before it returns. */
  end(code?: number, reason?: string): void
  subscribe(topic: string): boolean
  unsubscribe(topic: string): boolean
}
