import { WsError } from '../../errors/ws-error.js'
import type { WsLogger } from '../../logging/logger.js'
import type { WsMessage } from '../../protocol/records.js'
import { collect } from './collect.js'
import { OutgoingStream } from './outgoing-stream.js'
import type { StreamConnection, StreamContext } from './stream-context.js'
import { StreamLane, type LaneParts } from './stream-lane.js'
import { MAX_WINDOW, readStreamNote } from './stream-request.js'

/** What streams need of their app. */
export interface StreamsParts extends LaneParts {
  readonly logger: WsLogger
}

/** All replies that are streams, while they are under way. */
export class Streams {
  readonly #parts: StreamsParts
  readonly #lanes = new Map<StreamConnection, StreamLane>()

  constructor(parts: StreamsParts) {
    this.#parts = parts
  }

  /** How many are under way. */
  get size(): number {
    let sum = 0
    for (const { streams } of this.#lanes.values()) sum += streams.size
    return sum
  }

  /**
   * Sends what a handler returned: item by item to a caller that asked for a stream, as one list to
   * others.
   *
   * @param timeout milliseconds that an item may take; 0 for no limit
   * @returns the data of the reply that ends it; rejects with what the handler threw, 400 without an id,
   * 408 for an item that took too long, 413 for a list that is too long
   */
  async run(
    [context, connection]: readonly [StreamContext, StreamConnection],
    iterable: AsyncIterable<unknown>,
    timeout: number,
  ): Promise<unknown> {
    const { id, streamCredit: credit } = context
    const iterator = iterable[Symbol.asyncIterator]()
    if (credit === undefined || id === undefined) {
      return collect(iterator, { timeout, context, clock: this.#parts.clock })
    }
    if (!connection.isOpen) return undefined
    const lane = this.#laneOf(connection)
    if (lane.streams.has(id)) throw new WsError(409, 'A stream with this id is under way')
    const { clock, logger } = this.#parts
    const stream = new OutgoingStream({
      ...{ id, context, connection, iterator, lane, clock, logger, credit, timeout },
    })
    lane.streams.set(id, stream)
    try {
      return await stream.run()
    } finally {
      lane.streams.delete(id)
      if (lane.streams.size === 0 && this.#lanes.get(connection) === lane) {
        this.#lanes.delete(connection)
      }
    }
  }

  /**
   * A `$credit` came. One about a stream that is over means nothing.
   *
   * @throws WsError 400
   */
  credit(connection: StreamConnection, message: WsMessage): void {
    const { id, upTo } = readStreamNote(message)
    const stream = this.#lanes.get(connection)?.streams.get(id)
    if (!stream) return
    if (upTo > stream.sent + MAX_WINDOW) {
      throw new WsError(400, `$credit: upTo is at most ${MAX_WINDOW} more than what has come`)
    }
    stream.allow(upTo)
  }

  /**
   * A `$cancel` came.
   *
   * @throws WsError 400
   */
  cancel(connection: StreamConnection, message: WsMessage): void {
    const { id } = readStreamNote(message)
    const stream = this.#lanes.get(connection)?.streams.get(id)
    stream?.cancel(new WsError(400, 'The caller has cancelled the stream'))
  }

  /** The socket has sent some of what waited in it. */
  drained(connection: StreamConnection): void {
    if (this.#lanes.size > 0) this.#lanes.get(connection)?.wake()
  }

  /** A connection has another socket, or none: whoever comes by it knows nothing of its streams. */
  ended(connection: StreamConnection): void {
    const lane = this.#lanes.size > 0 ? this.#lanes.get(connection) : undefined
    if (!lane) return
    this.#lanes.delete(connection)
    const reason = new WsError(400, 'The caller has gone')
    for (const stream of [...lane.streams.values()]) stream.cancel(reason)
  }

  #laneOf(connection: StreamConnection): StreamLane {
    const known = this.#lanes.get(connection)
    if (known) return known
    const lane = new StreamLane(connection, this.#parts)
    this.#lanes.set(connection, lane)
    return lane
  }
}
