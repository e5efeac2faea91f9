import type { WsCounters } from '../runtime/ws-counters.js'

/** What is plotted: what there was at one moment, and what happened in the second before. */
export interface Sample {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly connections: number
  readonly rooms: number
  readonly inFlight: number
  readonly queuedBytes: number
  /** A second. */
  readonly messages: number
  readonly replies: number
  readonly pushes: number
  readonly errors: number
  readonly drops: number
}

/** Ten minutes. */
const KEPT = 600

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0)

/** A sample of each second, for the plots. */
export class Samples {
  readonly #counters: WsCounters
  readonly #kept: Sample[] = []
  #before: Pick<Sample, 'messages' | 'replies' | 'pushes' | 'errors' | 'drops'>

  constructor(counters: WsCounters) {
    this.#counters = counters
    this.#before = this.#totals()
  }

  tick(at: number): void {
    const totals = this.#totals()
    const { connections, rooms, inFlight, queuedBytes } = this.#counters
    const before = this.#before
    this.#kept.push({
      ...{ at, connections, rooms, inFlight, queuedBytes },
      messages: totals.messages - before.messages,
      replies: totals.replies - before.replies,
      pushes: totals.pushes - before.pushes,
      errors: totals.errors - before.errors,
      drops: totals.drops - before.drops,
    })
    this.#before = totals
    if (this.#kept.length > KEPT) this.#kept.shift()
  }

  /** Those after a moment. */
  after(at: number): readonly Sample[] {
    const index = this.#kept.findIndex((sample) => sample.at > at)
    return index === -1 ? [] : this.#kept.slice(index)
  }

  #totals(): Pick<Sample, 'messages' | 'replies' | 'pushes' | 'errors' | 'drops'> {
    const { messages, replies, pushes, errors, drops } = this.#counters
    return { messages, replies, pushes, errors: sum(errors), drops: sum(drops) }
  }
}
