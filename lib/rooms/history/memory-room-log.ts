import type { Clock, ClockTimer } from '../../async/clock.js'
import type { PushFrame } from '../encodings/push-frame.js'
import type { RoomPosition } from '../../protocol/v1.js'
import type { HistoryOptions, KeptPush, RoomLog } from './room-history.js'

/** What one room keeps at most, in units of `length`: bytes, or for text UTF-16 units. */
const MAX_LENGTH = 1024 * 1024

/** What all rooms keep at most, in the same units: rooms are named by clients. */
const MAX_TOTAL = 64 * MAX_LENGTH

/** What the rooms of one process share. */
export interface HistoryBudget {
  /** The length of all that is kept. */
  used: number
}

/** Where a log belongs. */
export interface LogPlace {
  readonly epoch: string
  readonly budget: HistoryBudget
  readonly clock: Clock
  /** Called when the room has had no member for `ttl`. */
  readonly forget: () => void
}

interface Entry extends KeptPush {
  /** Milliseconds of a clock that is never set back. */
  readonly at: number
}

/** The pushes of a room in the memory of this process: bounded by number, size and age. */
export class MemoryRoomLog implements RoomLog {
  readonly epoch: string
  readonly #options: Required<HistoryOptions>
  readonly #place: LogPlace
  /** From the oldest; each one's `seq` follows from that of the last. */
  #entries: Entry[] = []
  /** How many at the front are not kept any more: they go when they are as many as the others. */
  #gone = 0
  #length = 0
  #seq = 0
  #timer: ClockTimer | undefined

  constructor(place: LogPlace, options: Required<HistoryOptions>) {
    this.epoch = place.epoch
    this.#place = place
    this.#options = options
  }

  get seq(): number {
    return this.#seq
  }

  append(write: (seq: number) => PushFrame, exclude: string | undefined): PushFrame {
    const frame = write(this.#seq + 1)
    this.#seq++
    this.#entries.push({ frame, exclude, at: this.#place.clock.now() })
    this.#length += frame.length
    this.#place.budget.used += frame.length
    this.#trim()
    return frame
  }

  since({ epoch, seq }: RoomPosition): readonly KeptPush[] | undefined {
    if (epoch !== this.epoch || !Number.isSafeInteger(seq) || seq > this.#seq) return undefined
    this.#trim()
    const missed = this.#seq - seq
    if (missed > this.#entries.length - this.#gone) return undefined
    return this.#entries.slice(this.#entries.length - missed)
  }

  setOccupied(isOccupied: boolean): void {
    const { clock } = this.#place
    clock.clearTimeout(this.#timer)
    this.#timer = isOccupied
      ? undefined
      : clock.setTimeout(() => this.#end(), this.#options.ttl * 1000).unref()
  }

  #end(): void {
    this.#place.budget.used -= this.#length
    this.#length = 0
    this.#entries = []
    this.#gone = 0
    this.#place.forget()
  }

  #trim(): void {
    const { size, ttl } = this.#options
    const { budget, clock } = this.#place
    const oldest = clock.now() - ttl * 1000
    const entries = this.#entries
    for (; this.#gone < entries.length; this.#gone++) {
      const { at, frame } = entries[this.#gone] as Entry
      const kept = entries.length - this.#gone
      const isLittle = this.#length <= MAX_LENGTH && budget.used <= MAX_TOTAL
      if (kept <= size && isLittle && at >= oldest) break
      this.#length -= frame.length
      budget.used -= frame.length
    }
    if (this.#gone * 2 <= entries.length) return
    this.#entries = entries.slice(this.#gone)
    this.#gone = 0
  }
}
