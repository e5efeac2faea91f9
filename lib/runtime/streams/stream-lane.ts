import type { Clock } from '../../async/clock.js'
import type { WsError } from '../../errors/ws-error.js'
import type { WsFrame } from '../../protocol/codec.js'
import type { WsMessageId } from '../../protocol/records.js'
import { RESERVED_PUSH } from '../../protocol/reserved-events.js'
import type { WsCounters } from '../ws-counters.js'
import type { StreamConnection } from './stream-context.js'

/** Bytes that all streams of a connection together may send in one turn of the event loop. */
const TURN_BYTES = 64 * 1024

/** Of the backpressure limit: what may wait in the socket before the streams wait, too. */
const PAUSE_FROM = 1 / 4

/** A stream, as others see it. */
export interface LaneStream {
  /** How many items have gone out. */
  readonly sent: number
  /** @param upTo how many items may go out in all */
  allow(upTo: number): void
  /** Nobody wants more of it. */
  cancel(reason: WsError): void
}

/** What a lane needs of its app. */
export interface LaneParts {
  readonly clock: Clock
  readonly counters: WsCounters
  /** Bytes that may wait for one connection. */
  readonly limit: number
}

/** The streams of one connection, which share its socket. */
export class StreamLane {
  readonly streams = new Map<WsMessageId, LaneStream>()
  readonly #connection: StreamConnection
  readonly #parts: LaneParts
  #turnBytes = 0
  #waiting: (() => void)[] = []

  constructor(connection: StreamConnection, parts: LaneParts) {
    this.#connection = connection
    this.#parts = parts
  }

  /** Whether the streams have to wait before the next item. */
  get isFull(): boolean {
    const { limit } = this.#parts
    return this.#turnBytes > TURN_BYTES || this.#connection.bufferedAmount > limit * PAUSE_FROM
  }

  /** Done when it is worth to look again whether it is full. */
  whenFree(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** @throws what the codec throws for data it cannot encode */
  send(path: string, data: object): void {
    const frame = this.#connection.encoding.codec.encode({ event: RESERVED_PUSH.ITEM, path, data })
    if (this.#connection.writeInTurn(frame)) this.#parts.counters.pushes++
    this.#count(frame)
  }

  /** The socket has sent some of what waited, or has closed. */
  wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  #count(frame: WsFrame): void {
    const isFirst = this.#turnBytes === 0
    this.#turnBytes += frame.length
    if (!isFirst) return
    this.#parts.clock.setImmediate(() => {
      this.#turnBytes = 0
      this.wake()
    })
  }
}
