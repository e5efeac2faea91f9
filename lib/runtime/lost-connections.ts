import { systemClock, type Clock, type ClockTimer } from '../async/clock.js'
import type { LiveConnection } from './live-connection.js'

/** How many are kept at most: whoever opens and drops connections all day must not fill the memory. */
const MAX_LOST = 10_000

/** Connections that were lost, for as long as they may be continued. */
export class LostConnections {
  readonly #window: number
  readonly #giveUp: (connection: LiveConnection) => void
  /** Until when, in milliseconds of a clock that is never set back; the oldest first. */
  readonly #until = new Map<LiveConnection, number>()
  readonly #clock: Clock
  #timer: ClockTimer | undefined

  /**
   * @param window milliseconds
   * @param giveUp told of each that is not kept any more; it is not told of those taken
   */
  constructor(
    window: number,
    giveUp: (connection: LiveConnection) => void,
    clock: Clock = systemClock,
  ) {
    this.#clock = clock
    this.#window = window
    this.#giveUp = giveUp
  }

  get size(): number {
    return this.#until.size
  }

  /** As of now. */
  all(): LiveConnection[] {
    return [...this.#until.keys()]
  }

  add(connection: LiveConnection): void {
    this.#until.set(connection, this.#clock.now() + this.#window)
    if (this.#until.size > MAX_LOST) this.end(this.#until.keys().next().value as LiveConnection)
    this.#schedule()
  }

  /** @returns whether it was kept */
  take(connection: LiveConnection): boolean {
    const wasKept = this.#until.delete(connection)
    if (this.#until.size === 0) this.#stop()
    return wasKept
  }

  /** Gives one up before its time. */
  end(connection: LiveConnection): void {
    if (this.take(connection)) this.#giveUp(connection)
  }

  #schedule(): void {
    if (this.#timer) return
    const [first] = this.#until.values()
    if (first === undefined) return
    const wait = Math.max(0, first - this.#clock.now())
    this.#timer = this.#clock.setTimeout(() => this.#expire(), wait).unref()
  }

  #expire(): void {
    this.#timer = undefined
    const now = this.#clock.now()
    for (const [connection, until] of this.#until) {
      if (until > now) break
      this.end(connection)
    }
    this.#schedule()
  }

  #stop(): void {
    this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
