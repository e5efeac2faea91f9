/** The numbering of what is published to one channel. */
export interface PublisherStream {
  readonly id: number
  /** The place of the next message, from 1. */
  next: number
}

/**
 * Numbers what this process publishes, channel by channel, so that receivers see what is missing.
 * A channel that was forgotten starts a new stream, which tells receivers to count anew.
 */
export class PublisherStreams {
  readonly #streams = new Map<string, PublisherStream>()
  readonly #max: number
  #last = 0

  /** @param max how many channels are remembered; the first of them is forgotten first */
  constructor(max: number) {
    this.#max = max
  }

  of(channel: string): PublisherStream {
    const known = this.#streams.get(channel)
    if (known) return known
    if (this.#streams.size >= this.#max) {
      const [oldest] = this.#streams.keys()
      this.#streams.delete(oldest as string)
    }
    const stream = { id: ++this.#last, next: 1 }
    this.#streams.set(channel, stream)
    return stream
  }
}
