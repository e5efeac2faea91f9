import type { WsMessage } from '../protocol/records.js'
import { CANCEL_EVENT, CREDIT_EVENT, STREAM_EVENT } from '../protocol/reserved-events.js'
import type { Calls } from './calls.js'
import type { Letter } from './outbox.js'
import type { Platform } from './platform.js'
import { StreamCall, type StreamOptions, type StreamSink } from './stream-call.js'

/** The most that the server lets come before the first item has been taken. */
const MAX_WINDOW = 1024

/** Milliseconds until what was refused by the rate limit is said again. */
const AGAIN = 1_000

/** What streams need of their client. */
export interface StreamHost {
  readonly calls: Calls
  readonly platform: Pick<Platform, 'schedule'>
  /** Sends it now or when there is a connection; throws or returns why not. */
  readonly post: (message: WsMessage & { readonly id: number }) => unknown
  /** Takes back what waits for the connection. */
  readonly remove: (id: number) => void
  /** Sends it if there is a connection. */
  readonly write: (message: WsMessage) => void
}

/** What is asked for. */
export interface StreamTarget extends Pick<Letter, 'event' | 'path'> {
  readonly data: unknown
}

/** The streams of a client. */
export class Streams {
  readonly #host: StreamHost
  /** How many items each may send in all, as it was last said. */
  readonly #allowed = new Map<number, number>()
  #isSayingAgain = false

  constructor(host: StreamHost) {
    this.#host = host
  }

  /** @throws RangeError for a window that is none */
  create(target: StreamTarget, options: Required<Pick<StreamOptions, 'timeout'>> & StreamOptions) {
    const { window = 128 } = options
    if (!(Number.isInteger(window) && window >= 1 && window <= MAX_WINDOW)) {
      throw new RangeError(`stream: window must be a whole number from 1 to ${MAX_WINDOW}`)
    }
    let id = 0
    return new StreamCall({
      window,
      open: (sink) => {
        id = this.#host.calls.nextId()
        return this.#open({ ...target, id, window }, options, sink)
      },
      allow: (upTo) => {
        this.#allowed.set(id, upTo)
        this.#allow(id, upTo)
      },
    })
  }

  /** The server has refused what was said of credit: it went over the rate limit. */
  refused(): void {
    if (this.#isSayingAgain) return
    this.#isSayingAgain = true
    this.#host.platform.schedule(() => {
      this.#isSayingAgain = false
      for (const [id, upTo] of this.#allowed) this.#allow(id, upTo)
    }, AGAIN)
  }

  #open(
    { event, path, data, id, window }: StreamTarget & { id: number; window: number },
    { timeout, signal }: { readonly timeout: number; readonly signal?: AbortSignal },
    sink: StreamSink,
  ): () => void {
    const { calls, post, remove, write } = this.#host
    const forget = (): void => {
      remove(id)
      this.#allowed.delete(id)
    }
    const cancel = (): void => {
      const isSent = calls.isSent(id)
      forget()
      if (isSent) write({ event: CANCEL_EVENT, path: '/', data: { id } })
    }
    const fail = (reason: unknown): void => {
      forget()
      sink.end({ reason })
    }
    if (signal?.aborted === true) {
      fail(signal.reason)
      return () => undefined
    }
    const onItem = (item: unknown): void => sink.item(item)
    const reply = calls.open(id, { timeout, signal, onGivenUp: cancel, onItem })
    reply.then(() => {
      forget()
      sink.end()
    }, fail)
    try {
      const refusal = post({ event: STREAM_EVENT, path, id, data: { event, data, credit: window } })
      if (refusal !== undefined) calls.reject(id, refusal)
    } catch (error) {
      calls.reject(id, error)
    }
    return () => {
      cancel()
      calls.forget(id)
    }
  }

  #allow(id: number, upTo: number): void {
    this.#host.write({ event: CREDIT_EVENT, path: '/', data: { id, upTo } })
  }
}
