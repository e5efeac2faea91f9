import type { DocumentSocket } from './document-socket.js'
import type { DocumentTimers } from './document-timers.js'

/** The socket of uWebSockets.js closes at 1 MiB by default: half of it leaves room for the rest. */
const HIGH_WATER = 512 * 1024

/** How often a full socket is looked at, in milliseconds. */
const POLL_INTERVAL = 10

/** Frames that may wait behind a full socket, in UTF-16 units or bytes. */
const MAX_WAITING = 8 * 1024 * 1024

type Frame = string | Uint8Array

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
  readonly #waiting: (Frame | Iterator<Frame>)[] = []
  #length = 0
  #timer: unknown
  #isClosed = false

  constructor(
    private readonly socket: DocumentSocket,
    private readonly timers: DocumentTimers,
    private readonly events: OutboxEvents,
  ) {}

  /** Sends a frame after everything that waits. */
  send(frame: Frame): void {
    if (this.#isClosed) return
    if (this.#waiting.length === 0 && !this.#isFull()) {
      this.#write(frame)
      return
    }
    this.#length += frame.length
    if (this.#length > MAX_WAITING) {
      this.events.onOverflow()
      return
    }
    this.#waiting.push(frame)
    this.#drain()
  }

  /** Sends frames that are made as they are needed. */
  stream(frames: Iterator<Frame>): void {
    if (this.#isClosed) return
    this.#waiting.push(frames)
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
    return (this.socket.bufferedAmount ?? 0) > (this.socket.highWaterMark ?? HIGH_WATER)
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
    if (typeof first === 'string' || first instanceof Uint8Array) {
      this.#waiting.shift()
      this.#length -= first.length
      this.#write(first)
      return
    }
    const next = first?.next()
    if (next && !next.done) this.#write(next.value)
    else this.#waiting.shift()
  }

  #write(frame: Frame): void {
    try {
      this.socket.send(frame)
    } catch (error) {
      this.close()
      this.events.onFailure(error)
    }
  }
}
