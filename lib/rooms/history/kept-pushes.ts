import type { Clock } from '../../async/clock.js'
import type { HistoryOptions, KeptPush } from './room-history.js'

/** What one room keeps at most, in units of `length`: bytes, or for text UTF-16 units. */
const MAX_LENGTH = 1024 * 1024

/** What all rooms keep at most, in the same units: rooms are named by clients. */
const MAX_TOTAL = 64 * MAX_LENGTH

/** What the rooms of one process share. */
export interface HistoryBudget {
  /** The length of all that is kept. */
  used: number
}

/** A push with its place among those of the room. */
export interface PlacedPush extends KeptPush {
  readonly seq: number
  /** The `seq` of the one before. */
  readonly previous: number
}

interface Entry extends PlacedPush {
  /** Milliseconds of a clock that is never set back. */
  readonly at: number
}

/** The last pushes of a room in the memory of this process: bounded by number, size and age. */
export class KeptPushes {
  readonly #options: Required<HistoryOptions>
  readonly #budget: HistoryBudget
  readonly #clock: Clock
  /** From the oldest; each one follows from that before it. */
  #entries: Entry[] = []
  /** How many at the front are not kept any more: they go when they are as many as the others. */
  #gone = 0
  #length = 0

  constructor(options: Required<HistoryOptions>, budget: HistoryBudget, clock: Clock) {
    this.#options = options
    this.#budget = budget
    this.#clock = clock
  }

  add({ seq, previous, frame, exclude }: PlacedPush): void {
    this.#entries.push({ seq, previous, frame, exclude, at: this.#clock.now() })
    this.#length += frame.length
    this.#budget.used += frame.length
    this.#trim()
  }

  /** What came after a place, which is not that of the last one; `undefined` when it is not all there. */
  after(seq: number): readonly PlacedPush[] | undefined {
    this.#trim()
    const entries = this.#entries
    const first = entries[this.#gone]
    if (!first || first.previous > seq) return undefined
    let from = entries.length
    while (from > this.#gone && (entries[from - 1] as Entry).seq > seq) from--
    return entries.slice(from)
  }

  clear(): void {
    this.#budget.used -= this.#length
    this.#length = 0
    this.#entries = []
    this.#gone = 0
  }

  #trim(): void {
    const { size, ttl } = this.#options
    const oldest = this.#clock.now() - ttl * 1000
    const entries = this.#entries
    for (; this.#gone < entries.length; this.#gone++) {
      const { at, frame } = entries[this.#gone] as Entry
      const kept = entries.length - this.#gone
      const isLittle = this.#length <= MAX_LENGTH && this.#budget.used <= MAX_TOTAL
      if (kept <= size && isLittle && at >= oldest) break
      this.#length -= frame.length
      this.#budget.used -= frame.length
    }
    if (this.#gone * 2 <= entries.length) return
    this.#entries = entries.slice(this.#gone)
    this.#gone = 0
  }
}
