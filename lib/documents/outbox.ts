import type { DocumentSocket } from './document-socket.js'
import type { DocumentTimers } from './document-timers.js'

/** The socket of uWebSockets.js closes at 1 MiB by default: half of it leaves room for the rest. */
const HIGH_WATER = 512 * 1024

/** How often a full socket is looked at, in milliseconds. */
const POLL_INTERVAL = 10

/** Texts that may wait behind a full socket, in UTF-16 units. */
const MAX_WAITING = 8 * 1024 * 1024

/** What an outbox tells of. */
export interface OutboxEvents {
  /** The socket cannot be written to. */
  onFailure(error: unknown): void
  /** The peer reads too slowly for what it is sent. */
  onOverflow(): void
}

/**
 * What goes out to one socket, in order. A long answer is made while it is sent, frame by frame, as
 * the socket takes it; what comes later waits behind it.
 */
export class Outbox {
  readonly #waiting: (string | Iterator<string>)[] = []
  #length = 0
  #timer: unknown
  #isClosed = false

  constructor(
    private readonly socket: DocumentSocket,
    private readonly timers: DocumentTimers,
    private readonly events: OutboxEvents,
  ) {}

  /** Sends a text after everything that waits. */
  send(text: string): void {
    if (this.#isClosed) return
    if (this.#waiting.length === 0 && !this.#isFull()) {
      this.#write(text)
      return
    }
    this.#length += text.length
    if (this.#length > MAX_WAITING) {
      this.events.onOverflow()
      return
    }
    this.#waiting.push(text)
    this.#drain()
  }

  /** Sends texts that are made as they are needed. */
  stream(texts: Iterator<string>): void {
    if (this.#isClosed) return
    this.#waiting.push(texts)
    this.#drain()
  }

  /** Sends nothing more. */
  close(): void {
    this.#isClosed = true
    this.#waiting.length = 0
    if (this.#timer !== undefined) this.timers.clear(this.#timer)
    this.#timer = undefined
  }

  #isFull(): boolean {
    return (this.socket.bufferedAmount ?? 0) > HIGH_WATER
  }

  #drain(): void {
    if (this.#timer !== undefined) return
    while (this.#waiting.length > 0 && !this.#isClosed) {
      if (this.#isFull()) {
        this.#timer = this.timers.set(() => {
          this.#timer = undefined
          this.#drain()
        }, POLL_INTERVAL)
        return
      }
      this.#writeNext()
    }
  }

  #writeNext(): void {
    const [first] = this.#waiting
    if (typeof first === 'string') {
      this.#waiting.shift()
      this.#length -= first.length
      this.#write(first)
      return
    }
    const next = first?.next()
    if (next && !next.done) this.#write(next.value)
    else this.#waiting.shift()
  }

  #write(text: string): void {
    try {
      this.socket.send(text)
    } catch (error) {
      this.close()
      this.events.onFailure(error)
    }
  }
}
