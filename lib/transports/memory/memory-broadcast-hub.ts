type Handler = (payload: string) => void

/** What the transports of one process meet at. */
export class MemoryBroadcastHub {
  readonly #channels = new Map<string, Set<Handler>>()

  /** @internal */
  add(channel: string, handler: Handler): void {
    const handlers = this.#channels.get(channel)
    if (handlers) handlers.add(handler)
    else this.#channels.set(channel, new Set([handler]))
  }

  /** @internal */
  remove(channel: string, handler: Handler): void {
    const handlers = this.#channels.get(channel)
    handlers?.delete(handler)
    if (handlers?.size === 0) this.#channels.delete(channel)
  }

  /** @internal */
  deliver(channel: string, payload: string): void {
    // Later in this turn, as a broker would: a publisher never runs its subscribers' code.
    queueMicrotask(() => {
      for (const handler of [...(this.#channels.get(channel) ?? [])]) handler(payload)
    })
  }

  /** How many channels have a subscriber. */
  get channels(): number {
    return this.#channels.size
  }
}
