import type { WsBroadcastTransport } from 'enfilade'
import { defer } from './deadline.js'

type Handler = (payload: string) => void

/** One `subscribe` or `unsubscribe` that waits for the spec to end it. */
export interface PendingOperation {
  readonly kind: 'subscribe' | 'unsubscribe'
  readonly channel: string
  resolve(): void
  reject(error: Error): void
}

/**
 * A transport whose operations end when, and how, the spec says; with `isSync` each succeeds at
 * once. It notes what a caller of a transport must not do in `faults`.
 */
export class FakeTransport implements WsBroadcastTransport {
  /** Every operation, in order: `subscribe ws:room:a`. */
  readonly calls: string[] = []
  readonly published: { channel: string; payload: string }[] = []
  readonly pending: PendingOperation[] = []
  /** Who is subscribed now. */
  readonly handlers = new Map<string, Handler>()
  /** Every handler ever given, also of subscriptions that failed or ended. */
  readonly everyHandler: Handler[] = []
  readonly faults: string[] = []
  isSync = false
  readonly #busy = new Set<string>()

  publish(channel: string, payload: string): ReturnType<WsBroadcastTransport['publish']> {
    this.published.push({ channel, payload })
  }

  subscribe(channel: string, handler: Handler): void | Promise<void> {
    this.everyHandler.push(handler)
    if (this.handlers.has(channel)) this.faults.push(`subscribe twice: ${channel}`)
    return this.#start('subscribe', channel, () => this.handlers.set(channel, handler))
  }

  unsubscribe(channel: string): void | Promise<void> {
    if (!this.handlers.has(channel)) this.faults.push(`unsubscribe for nothing: ${channel}`)
    return this.#start('unsubscribe', channel, () => this.handlers.delete(channel))
  }

  /** The next operation that waits. */
  next(): PendingOperation {
    const operation = this.pending.shift()
    if (!operation) throw new Error('no operation waits')
    return operation
  }

  /** Plays a message from elsewhere. */
  receive(channel: string, payload: string): void {
    this.handlers.get(channel)?.(payload)
  }

  #start(
    kind: PendingOperation['kind'],
    channel: string,
    succeed: () => void,
  ): void | Promise<void> {
    this.calls.push(`${kind} ${channel}`)
    if (this.#busy.has(channel)) this.faults.push(`two operations at once: ${channel}`)
    if (this.isSync) {
      succeed()
      return
    }
    this.#busy.add(channel)
    const { promise, resolve, reject } = defer<void>()
    this.pending.push({
      kind,
      channel,
      resolve: () => {
        this.#busy.delete(channel)
        succeed()
        resolve()
      },
      reject: (error) => {
        this.#busy.delete(channel)
        // Nobody tries to unsubscribe twice: what still comes through is the transport's to end.
        if (kind === 'unsubscribe') succeed()
        reject(error)
      },
    })
    return promise
  }
}
