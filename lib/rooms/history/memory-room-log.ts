import type { Clock, ClockTimer } from '../../async/clock.js'
import type { RoomPosition } from '../../protocol/v1.js'
import type { PushFrame } from '../encodings/push-frame.js'
import { KeptPushes, type HistoryBudget } from './kept-pushes.js'
import type { HistoryOptions, KeptPush, RoomLog } from './room-history.js'

/** Where a log belongs. */
export interface LogPlace {
  readonly epoch: string
  readonly budget: HistoryBudget
  readonly clock: Clock
  /** Called when the room has had no member for `ttl`. */
  readonly forget: () => void
}

/** The pushes of a room in the memory of this process: bounded by number, size and age. */
export class MemoryRoomLog implements RoomLog {
  readonly epoch: string
  readonly #options: Required<HistoryOptions>
  readonly #place: LogPlace
  readonly #pushes: KeptPushes
  #seq = 0
  #timer: ClockTimer | undefined

  constructor(place: LogPlace, options: Required<HistoryOptions>) {
    this.epoch = place.epoch
    this.#place = place
    this.#options = options
    this.#pushes = new KeptPushes(options, place.budget, place.clock)
  }

  get seq(): number {
    return this.#seq
  }

  append(write: (seq: number) => PushFrame, exclude: string | undefined): PushFrame {
    const seq = this.#seq + 1
    const frame = write(seq)
    this.#pushes.add({ seq, previous: this.#seq, frame, exclude })
    this.#seq = seq
    return frame
  }

  since({ epoch, seq }: RoomPosition): readonly KeptPush[] | undefined {
    if (epoch !== this.epoch || !Number.isSafeInteger(seq) || seq > this.#seq) return undefined
    return seq === this.#seq ? [] : this.#pushes.after(seq)
  }

  setOccupied(isOccupied: boolean): void {
    const { clock } = this.#place
    clock.clearTimeout(this.#timer)
    this.#timer = isOccupied
      ? undefined
      : clock.setTimeout(() => this.#end(), this.#options.ttl * 1000).unref()
  }

  #end(): void {
    this.#pushes.clear()
    this.#place.forget()
  }
}
