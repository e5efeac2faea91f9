import { systemClock, type Clock } from '../../async/clock.js'
import type { HistoryBudget } from './kept-pushes.js'
import { MemoryRoomLog } from './memory-room-log.js'
import type { HistoryOptions, RoomHistory, RoomLog } from './room-history.js'

/** The logs of rooms in the memory of this process: another process has other epochs. */
export class MemoryRoomHistory implements RoomHistory {
  /** Made with the first room: cryptography is loaded with it. */
  #instance: string | undefined
  readonly #logs = new Map<string, RoomLog>()
  readonly #budget: HistoryBudget = { used: 0 }
  readonly #clock: Clock
  #opened = 0

  constructor(clock: Clock = systemClock) {
    this.#clock = clock
  }

  /** How many rooms are kept. */
  get size(): number {
    return this.#logs.size
  }

  open(room: string, options: Required<HistoryOptions>): RoomLog {
    const known = this.#logs.get(room)
    if (known) return known
    // A room that was forgotten counts from 1 again: that must not pass for what it was before.
    this.#instance ??= crypto.randomUUID().slice(0, 8)
    const epoch = `${this.#instance}-${++this.#opened}`
    const forget = (): boolean => this.#logs.delete(room)
    const place = { epoch, forget, budget: this.#budget, clock: this.#clock }
    const log = new MemoryRoomLog(place, options)
    this.#logs.set(room, log)
    return log
  }

  close(): void {
    for (const log of this.#logs.values()) log.setOccupied(true)
    this.#logs.clear()
  }
}
