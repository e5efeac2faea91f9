import type { Clock } from '../../async/clock.js'
import { WsError } from '../../errors/ws-error.js'
import type { WsLogger } from '../../logging/logger.js'
import type { WsMessageId } from '../../protocol/records.js'
import type { StreamConnection, StreamContext } from './stream-context.js'
import type { LaneStream, StreamLane } from './stream-lane.js'

/** What a stream is made of. */
export interface StreamParts {
  readonly id: WsMessageId
  readonly context: StreamContext
  readonly connection: StreamConnection
  readonly iterator: AsyncIterator<unknown>
  readonly lane: StreamLane
  readonly clock: Clock
  readonly logger: WsLogger
  /** How many items may go out before the caller says more. */
  readonly credit: number
  /** Milliseconds that an item may take; 0 for no limit. */
  readonly timeout: number
}

/**
 * The items of one handler, on their way to its caller. An item is asked of the handler only when the
 * caller has room for it and the socket is not behind, so that nothing is kept here.
 */
export class OutgoingStream implements LaneStream {
  readonly #parts: StreamParts
  #credit: number
  #sent = 0
  #isOver = false
  /** Told when there is credit, or it is over. */
  #wake: (() => void) | undefined
  /** Done when the handler has ended, once it was asked to. */
  #ending: Promise<void> | undefined

  constructor(parts: StreamParts) {
    this.#parts = parts
    this.#credit = parts.credit
  }

  /** How many items have gone out. */
  get sent(): number {
    return this.#sent
  }

  /** @returns what the handler returned in the end; rejects with what it threw, or 408 */
  async run(): Promise<unknown> {
    const { id, lane, context } = this.#parts
    try {
      // Says that it is a stream, and that the handler has been started.
      lane.send(context.path, { id })
      while (await this.#isReady()) {
        const result = await this.#next()
        if (this.#isOver) break
        const { value } = result as { value: unknown }
        if (result.done === true) {
          this.#isOver = true
          return value
        }
        lane.send(context.path, { id, data: value === undefined ? null : value })
        this.#sent++
      }
    } catch (error) {
      if (!this.#isOver) {
        this.#isOver = true
        void this.#end()
        throw error
      }
      // It was told to end: what it throws then is how it does.
    }
    await this.#ending
    return undefined
  }

  /** @param upTo how many items may go out in all */
  allow(upTo: number): void {
    this.#credit = Math.max(this.#credit, upTo)
    this.#wake?.()
  }

  /** Nobody wants more of it: `context.signal` is aborted, and the handler's `finally` runs. */
  cancel(reason: WsError): void {
    if (this.#isOver) return
    this.#isOver = true
    const { context, lane } = this.#parts
    context.expire(reason)
    this.#ending = this.#end()
    this.#wake?.()
    lane.wake()
  }

  async #isReady(): Promise<boolean> {
    const { lane } = this.#parts
    while (!this.#isOver) {
      if (this.#sent >= this.#credit) await new Promise<void>((resolve) => (this.#wake = resolve))
      else if (lane.isFull) await lane.whenFree()
      else return true
    }
    return false
  }

  #next(): Promise<IteratorResult<unknown>> {
    const { iterator, timeout, clock, context } = this.#parts
    const next = Promise.resolve(iterator.next())
    if (timeout === 0) return next
    return new Promise((resolve, reject) => {
      const timer = clock.setTimeout(() => {
        const late = new WsError(408, 'The handler took too long for an item')
        context.expire(late)
        reject(late)
      }, timeout)
      void next.finally(() => clock.clearTimeout(timer)).then(resolve, reject)
    })
  }

  async #end(): Promise<void> {
    const { iterator, logger, context, connection } = this.#parts
    try {
      await iterator.return?.()
    } catch (error) {
      const fields = { handler: context.handler, connection: connection.id, err: error }
      logger.warn(fields, 'a stream failed when it was ended')
    }
  }
}
