import type { BrokerMessage } from './broadcast-driver.js'
import { writeFrame } from './frame.js'
import type { PublisherStreams } from './publisher-streams.js'
import type { RunningCounters, TransportLossCause } from './transport-counters.js'

/** What may wait. The size of a message is its characters, and 100 for the rest of it. */
export interface OutboxLimits {
  /** Size of what may wait while the broker answers in time. */
  readonly queue: number
  /** Size of what may wait while it does not. */
  readonly strained: number
  /** What is kept through an outage; nothing when absent. */
  readonly kept?: KeptMessages | undefined
  /** Size of what may be on its way at once. */
  readonly inFlight: number
}

/** The bounds of what is kept through an outage. */
export interface KeptMessages {
  /** How many messages. */
  readonly messages: number
  /** Their size: characters, and 100 a message. */
  readonly size: number
  /** How old they may become, in milliseconds. */
  readonly age: number
}

/** How the broker takes messages at present: in time, late, or not at all. */
export type OutboxFlow = 'open' | 'strained' | 'shut'

/** Frames that go out together. */
export interface Batch {
  readonly frames: readonly BrokerMessage[]
  /** How many messages each frame holds. */
  readonly counts: readonly number[]
  readonly size: number
}

interface Waiting {
  readonly channel: string
  readonly payload: string
  readonly stream: number
  readonly place: number
  readonly since: number
}

interface OpenFrame {
  readonly channel: string
  readonly stream: number
  readonly first: number
  readonly payloads: string[]
  size: number
}

/** A frame grows no larger by a further message. */
const FRAME_SIZE = 32 * 1024

/** Bytes that a message takes besides its text: in memory, and less in a frame. */
const OVERHEAD = 100

/** Bytes of a UTF-16 unit as UTF-8, at most. */
const BYTES_PER_UNIT = 3

/**
 * The messages on their way out, in order. They are numbered when they are offered, those that are
 * then lost too: receivers see the hole.
 */
export class Outbox {
  readonly #from: string
  readonly #limits: OutboxLimits
  readonly #streams: PublisherStreams
  readonly #counters: RunningCounters
  #waiting: Waiting[] = []
  /** How many at the front of `#waiting` have been taken. */
  #taken = 0
  #size = 0
  readonly #batches = new Set<Batch>()
  #inFlight = 0
  #flow: OutboxFlow = 'shut'
  #isClosed = false
  /** Bytes of the largest frame the broker takes. */
  maxPayload = Infinity

  constructor(
    from: string,
    parts: { limits: OutboxLimits; streams: PublisherStreams; counters: RunningCounters },
  ) {
    this.#from = from
    this.#limits = parts.limits
    this.#streams = parts.streams
    this.#counters = parts.counters
  }

  /** Whether nothing waits and nothing is on its way. */
  get isEmpty(): boolean {
    return this.#count === 0 && this.#batches.size === 0
  }

  /** @returns whether the message will be tried to deliver */
  offer({ channel, payload }: BrokerMessage, now: number): boolean {
    const stream = this.#streams.of(channel)
    const place = stream.next++
    this.#counters.sent++
    const cause = this.#refusal(payload)
    if (cause) {
      this.#counters.lost[cause]++
      return false
    }
    this.#waiting.push({ channel, payload, stream: stream.id, place, since: now })
    this.#size += payload.length + OVERHEAD
    this.#counters.pending++
    return true
  }

  /** Nothing more is accepted. */
  close(): void {
    this.#isClosed = true
  }

  /** @param now what has been kept for too long by then is not sent any more */
  setFlow(flow: OutboxFlow, now: number): void {
    this.#flow = flow
    this.expire(now)
    if (flow === 'open') return
    const { kept, strained } = this.#limits
    const isShut = flow === 'shut'
    const messages = isShut ? (kept?.messages ?? 0) : Infinity
    const size = isShut ? (kept?.size ?? 0) : strained
    const cause = isShut && !kept ? 'outage' : 'overflow'
    // The last to come are the first to go: what is left has no hole in it.
    while (this.#count > messages || this.#size > size) this.#dropLast(cause)
  }

  /** Drops what has been kept for too long. */
  expire(now: number): void {
    const age = this.#limits.kept?.age
    if (age === undefined || this.#flow === 'open') return
    while (this.#count > 0 && now - (this.#waiting[this.#taken]?.since ?? now) >= age) {
      this.#next()
      this.#lose('expired')
    }
  }

  /** @returns the next messages, when some wait and may go now */
  take(): Batch | undefined {
    if (this.#flow === 'shut' || this.#count === 0) return undefined
    const room = this.#limits.inFlight - this.#inFlight
    if (room <= 0) return undefined
    const before = this.#size
    const frames = this.#fill(before - room)
    const size = before - this.#size
    const batch = {
      frames: frames.map((frame) => this.#write(frame)),
      counts: frames.map(({ payloads }) => payloads.length),
      size,
    }
    this.#batches.add(batch)
    this.#inFlight += size
    return batch
  }

  /** The broker has answered for a batch. */
  settle(batch: Batch, refused: readonly number[]): void {
    if (!this.#end(batch)) return
    this.#counters.delivered += batch.counts.reduce((sum, count) => sum + count, 0)
    for (const index of refused) {
      const count = batch.counts[index] ?? 0
      this.#counters.delivered -= count
      this.#counters.lost.refused += count
    }
  }

  /** The broker will not answer any more. */
  abandon(batch: Batch): void {
    if (!this.#end(batch)) return
    for (const count of batch.counts) this.#counters.lost.unconfirmed += count
  }

  /** The broker will not answer for anything that is on its way. */
  abandonAll(): void {
    for (const batch of this.#batches) this.abandon(batch)
  }

  get #count(): number {
    return this.#waiting.length - this.#taken
  }

  /** Takes what waits, until only so much is left. */
  #fill(left: number): OpenFrame[] {
    const frames: OpenFrame[] = []
    const latest = new Map<string, OpenFrame>()
    const max = Math.min(FRAME_SIZE, this.maxPayload / BYTES_PER_UNIT - OVERHEAD)
    while (this.#count > 0 && this.#size > left) {
      const { channel, stream, place, payload } = this.#next()
      const frame = latest.get(channel)
      const size = payload.length + OVERHEAD
      const follows = frame?.stream === stream && place === frame.first + frame.payloads.length
      if (frame && follows && frame.size + size <= max) {
        frame.payloads.push(payload)
        frame.size += size
        continue
      }
      const opened = { channel, stream, first: place, payloads: [payload], size }
      latest.set(channel, opened)
      frames.push(opened)
    }
    return frames
  }

  #refusal(payload: string): TransportLossCause | undefined {
    if (this.#isClosed) return 'outage'
    const size = payload.length + OVERHEAD
    const isLarge = size * BYTES_PER_UNIT > this.maxPayload
    if (isLarge && Buffer.byteLength(payload) + OVERHEAD > this.maxPayload) return 'refused'
    const { queue, strained, kept } = this.#limits
    if (this.#flow !== 'shut') {
      return this.#size + size > (this.#flow === 'open' ? queue : strained) ? 'overflow' : undefined
    }
    if (!kept) return 'outage'
    const isFull = this.#count >= kept.messages || this.#size + size > kept.size
    return isFull ? 'overflow' : undefined
  }

  #next(): Waiting {
    const next = this.#waiting[this.#taken++] as Waiting
    this.#size -= next.payload.length + OVERHEAD
    // Now and then, so that taking one costs the same however many wait.
    if (this.#taken === this.#waiting.length || this.#taken >= 4096) {
      this.#waiting = this.#waiting.slice(this.#taken)
      this.#taken = 0
    }
    return next
  }

  #dropLast(cause: TransportLossCause): void {
    this.#size -= (this.#waiting.pop()?.payload.length ?? 0) + OVERHEAD
    this.#lose(cause)
  }

  #lose(cause: TransportLossCause): void {
    this.#counters.pending--
    this.#counters.lost[cause]++
  }

  #write({ channel, stream, first, payloads }: OpenFrame): BrokerMessage {
    return { channel, payload: writeFrame({ from: this.#from, stream, first, payloads }) }
  }

  #end(batch: Batch): boolean {
    if (!this.#batches.delete(batch)) return false
    this.#inFlight -= batch.size
    for (const count of batch.counts) this.#counters.pending -= count
    return true
  }
}
