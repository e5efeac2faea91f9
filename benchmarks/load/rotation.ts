import { variant, type Scenario } from '../scenarios/scenario.js'
import { encodeFrame } from '../../lib/load/frames.js'
import type { Link } from '../../lib/load/link.js'
import type { Room } from './room.js'

/** What runs until its time is up, and is told how many messages were answered. */
export interface Loaded {
  run(until: number): Promise<number>
}

/**
 * Senders that share a room and take turns, so that each message arrives in a turn of the server's
 * event loop that is its own: the next is written when the one before was answered, or at a steady
 * rate. Probes are members that read at once: they tell how long messages took.
 */
export class Rotation implements Loaded {
  readonly #frames: readonly Buffer[]
  readonly #pause: number | undefined
  /** When each message of this turn was written, and when each reached a probe: milliseconds. */
  #sentAt: number[] = []
  #latencies: number[] = []
  #probed = 0
  #until = 0
  #replies = 0
  /** No further message is sent. */
  #over = false
  #done: ((sent: number) => void) | undefined

  constructor(
    private readonly links: readonly Link[],
    private readonly room: Room,
    private readonly probes: readonly Link[],
    scenario: Scenario,
  ) {
    const { message, rate } = scenario
    this.#pause = rate === undefined ? undefined : 1000 / rate
    this.#frames = links.map((link, index) => {
      return encodeFrame(link.wire.encode({ ...variant(message, 0, index), id: index }))
    })
    for (const link of links) link.onMessages = () => this.#replied()
    for (const probe of probes) this.#watch(probe)
  }

  /** @returns how many messages were answered, once probes have seen them all */
  run(until: number): Promise<number> {
    this.#until = until
    this.#sentAt = []
    this.#latencies = []
    this.#probed = 0
    this.#replies = 0
    this.#over = false
    return new Promise((resolve) => {
      this.#done = resolve
      this.#send()
    })
  }

  /** Milliseconds from a message's writing until a probe had it; of the last run. */
  get latencies(): readonly number[] {
    return this.#latencies
  }

  readonly #send = (): void => {
    if (!this.room.isReady(this.#send)) return
    const turn = this.#sentAt.length % this.links.length
    this.#sentAt.push(performance.now())
    this.links[turn]?.write(this.#frames[turn] as Buffer)
    if (this.#pause !== undefined) this.#sendAfter(this.#pause)
  }

  /** Late timers do not make the rate lower: what is due counts from the first message. */
  #sendAfter(pause: number): void {
    const [first = 0] = this.#sentAt
    const due = first + this.#sentAt.length * pause
    if (due < this.#until) setTimeout(this.#send, due - performance.now())
    else this.#over = true
  }

  #replied(): void {
    this.#replies++
    this.room.replied(1)
    if (this.#pause === undefined) {
      if (performance.now() < this.#until) this.#send()
      else this.#over = true
    }
    this.#finish()
  }

  #watch(probe: Link): void {
    let turn = this.#sentAt
    let seen = 0
    probe.onMessages = (count) => {
      const now = performance.now()
      // Every probe has seen all of a turn before the next one starts.
      if (turn !== this.#sentAt) seen = 0
      turn = this.#sentAt
      for (const end = seen + count; seen < end; seen++) {
        this.#latencies.push(now - (turn[seen] ?? now))
      }
      this.#probed += count
      this.#finish()
    }
  }

  #finish(): void {
    const sent = this.#sentAt.length
    if (!this.#over || this.#replies < sent || this.#probed < sent * this.probes.length) return
    const done = this.#done
    this.#done = undefined
    done?.(sent)
  }
}
