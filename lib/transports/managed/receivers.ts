import type { TransportGap } from '../broadcast-transport.js'
import { framePrefix, readFrame } from './frame.js'
import { SequenceWatch } from './sequence-watch.js'
import type { RunningCounters } from './transport-counters.js'

interface Receiver {
  /** Absent while the subscription lingers: the numbers are watched on. */
  handler: ((payload: string) => void) | undefined
  readonly watch: SequenceWatch
}

/** Who hears of what. */
export interface ReceiverListeners {
  readonly gap: (gap: TransportGap) => void
  readonly error: (error: unknown) => void
}

/** Takes apart what comes in, and hands it to the handler of its channel. */
export class Receivers {
  readonly #own: string
  readonly #counters: RunningCounters
  readonly #listeners: ReceiverListeners
  readonly #receivers = new Map<string, Receiver>()

  /** @param own the id of this transport: what it published is not handed back */
  constructor(own: string, counters: RunningCounters, listeners: ReceiverListeners) {
    this.#own = framePrefix(own)
    this.#counters = counters
    this.#listeners = listeners
  }

  set(channel: string, handler: (payload: string) => void): void {
    const known = this.#receivers.get(channel)
    if (known) known.handler = handler
    else this.#receivers.set(channel, { handler, watch: new SequenceWatch() })
  }

  /** The channel may still be on, but nobody wants to hear of it. */
  mute(channel: string): void {
    const known = this.#receivers.get(channel)
    if (known) known.handler = undefined
  }

  /** The channel is not on any more: what comes later says nothing of what came before. */
  forget(channel: string): void {
    this.#receivers.delete(channel)
  }

  receive(channel: string, text: string): void {
    if (text.startsWith(this.#own)) return
    const receiver = this.#receivers.get(channel)
    if (!receiver) return
    const frame = readFrame(text)
    if (!frame) {
      this.#counters.malformed++
      return
    }
    const { skip, missed } = receiver.watch.see(frame)
    this.#counters.duplicates += skip
    if (!receiver.handler) return
    if (missed > 0) {
      this.#counters.missed += missed
      this.#listeners.gap({ channel, from: frame.from, missed })
    }
    this.#counters.received += frame.payloads.length - skip
    for (let index = skip; index < frame.payloads.length; index++) {
      this.#hand(receiver, frame.payloads[index] as string)
    }
  }

  /** A handler that fails, or that unsubscribes, does so for itself. */
  #hand(receiver: Receiver, payload: string): void {
    try {
      receiver.handler?.(payload)
    } catch (error) {
      this.#listeners.error(error)
    }
  }
}
