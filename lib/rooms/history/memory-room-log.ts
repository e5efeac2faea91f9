import type { WsFrame } from '../../protocol/codec.js'
import type { RoomPosition } from '../../protocol/v1.js'
import type { HistoryOptions, KeptPush, RoomLog } from './room-history.js'

/** What one room keeps at most, in units of `length`: bytes, or for text UTF-16 units. */
const MAX_LENGTH = 1024 * 1024

interface Entry extends KeptPush {
  /** Milliseconds of a clock that is never set back. */
  readonly at: number
}

/** The pushes of a room in the memory of this process: bounded by number, size and age. */
export class MemoryRoomLog implements RoomLog {
  readonly epoch: string
  readonly #options: Required<HistoryOptions>
  readonly #forget: () => void
  /** From the oldest; each one's `seq` follows from that of the last. */
  #entries: Entry[] = []
  /** How many at the front are not kept any more: they go when they are as many as the others. */
  #gone = 0
  #length = 0
  #seq = 0
  #timer: NodeJS.Timeout | undefined

  /** @param forget called when the room has had no member for `ttl` */
  constructor(epoch: string, options: Required<HistoryOptions>, forget: () => void) {
    this.epoch = epoch
    this.#options = options
    this.#forget = forget
  }

  get seq(): number {
    return this.#seq
  }

  append(write: (seq: number) => WsFrame, exclude: string | undefined): WsFrame {
    const frame = write(this.#seq + 1)
    this.#seq++
    this.#entries.push({ frame, exclude, at: performance.now() })
    this.#length += frame.length
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
    clearTimeout(this.#timer)
    this.#timer = isOccupied
      ? undefined
      : setTimeout(this.#forget, this.#options.ttl * 1000).unref()
  }

  #trim(): void {
    const { size, ttl } = this.#options
    const oldest = performance.now() - ttl * 1000
    const entries = this.#entries
    for (; this.#gone < entries.length; this.#gone++) {
      const { at, frame } = entries[this.#gone] as Entry
      const kept = entries.length - this.#gone
      if (kept <= size && this.#length <= MAX_LENGTH && at >= oldest) break
      this.#length -= frame.length
    }
    if (this.#gone * 2 <= entries.length) return
    this.#entries = entries.slice(this.#gone)
    this.#gone = 0
  }
}
