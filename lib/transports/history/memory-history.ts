import { systemClock, type Clock, type ClockTimer } from '../../async/clock.js'
import { newEpoch } from '../../protocol/new-epoch.js'
import type { RoomPosition } from '../../protocol/v1.js'
import { EntryHandlers, type EntryHandler } from './entry-handlers.js'
import {
  APPEND_ID_TTL,
  MAX_ROOM_LENGTH,
  PLACE_TTL,
  type HistoryAppend,
  type HistoryBounds,
  type HistoryEntry,
  type HistoryPage,
  type WsHistory,
} from './ws-history.js'

interface Kept extends HistoryEntry {
  readonly payload: string
  readonly at: number
}

interface Shelf {
  epoch: string
  seq: number
  entries: Kept[]
  /** When each id was seen, in milliseconds; the oldest first. */
  readonly ids: Map<string, number>
  timer: ClockTimer | undefined
}

/**
 * A history that several apps of one process share, for tests and for apps that listen on two ports.
 *
 * @example
 * ```ts
 * const history = new MemoryHistory()
 * createWsApp({ controllers, history })
 * createWsApp({ controllers, history })
 * ```
 */
export class MemoryHistory implements WsHistory {
  readonly status = 'ready'
  readonly #clock: Clock
  readonly #shelves = new Map<string, Shelf>()
  readonly #handlers = new EntryHandlers()

  /** @param clock where the time comes from; default: this machine */
  constructor(clock: Clock = systemClock) {
    this.#clock = clock
  }

  /** How many rooms are known. */
  get size(): number {
    return this.#shelves.size
  }

  /** Its status never changes. */
  onStatus(): () => void {
    return () => undefined
  }

  append(room: string, payload: string, how: HistoryAppend): Promise<void> {
    const shelf = this.#open(room, how.epoch, how.ttl + PLACE_TTL)
    if (how.id !== undefined && !this.#isNew(shelf, how.id)) return Promise.resolve()
    const { epoch } = shelf
    const entry = { epoch, seq: ++shelf.seq, previous: shelf.seq - 1, payload }
    shelf.entries.push({ ...entry, at: this.#clock.now() })
    this.#trim(shelf, how)
    this.#deliver(room, entry)
    return Promise.resolve()
  }

  read(room: string, since: RoomPosition | undefined, bounds: HistoryBounds): Promise<HistoryPage> {
    const shelf = this.#open(room, newEpoch(), bounds.ttl)
    this.#trim(shelf, bounds)
    return Promise.resolve(pageOf(shelf, since))
  }

  restart(room: string, bounds: HistoryBounds, epoch?: string): Promise<void> {
    const shelf = this.#open(room, newEpoch(), bounds.ttl)
    if (epoch !== undefined && shelf.epoch !== epoch) return Promise.resolve()
    Object.assign(shelf, { epoch: newEpoch(), seq: 0, entries: [] })
    this.#deliver(room, { epoch: shelf.epoch, seq: 0, previous: 0, payload: undefined })
    return Promise.resolve()
  }

  subscribe(room: string, handler: EntryHandler): void {
    this.#handlers.add(room, handler)
  }

  unsubscribe(room: string, handler: EntryHandler): void {
    this.#handlers.remove(room, handler)
  }

  #open(room: string, epoch: string, ttl: number): Shelf {
    let shelf = this.#shelves.get(room)
    if (!shelf) {
      shelf = { epoch, seq: 0, entries: [], ids: new Map(), timer: undefined }
      this.#shelves.set(room, shelf)
    }
    this.#clock.clearTimeout(shelf.timer)
    const forget = (): void => void this.#shelves.delete(room)
    shelf.timer = this.#clock.setTimeout(forget, ttl * 1000).unref()
    return shelf
  }

  #isNew({ ids }: Shelf, id: string): boolean {
    const now = this.#clock.now()
    for (const [known, at] of ids) {
      if (at > now - APPEND_ID_TTL * 1000) break
      ids.delete(known)
    }
    if (ids.has(id)) return false
    ids.set(id, now)
    return true
  }

  #trim(shelf: Shelf, { size, ttl }: HistoryBounds): void {
    const oldest = this.#clock.now() - ttl * 1000
    let length = shelf.entries.reduce((sum, { payload }) => sum + payload.length, 0)
    while (shelf.entries.length > 0) {
      const [first, ...rest] = shelf.entries as [Kept, ...Kept[]]
      const isIn = shelf.entries.length <= size && length <= MAX_ROOM_LENGTH
      if (isIn && first.at >= oldest) return
      length -= first.payload.length
      shelf.entries = rest
    }
  }

  #deliver(room: string, entry: HistoryEntry): void {
    // Later in this turn, as a broker would: whoever appends does not run the code of subscribers.
    queueMicrotask(() => this.#handlers.hand(room, entry))
  }
}

function pageOf({ epoch, seq, entries }: Shelf, since: RoomPosition | undefined): HistoryPage {
  if (since === undefined) return { epoch, seq, isComplete: true, entries: [] }
  const found = entries.filter((entry) => entry.seq >= since.seq)
  const missed = found.filter((entry) => entry.seq > since.seq).length
  const isComplete = since.epoch === epoch && missed === seq - since.seq
  return { epoch, seq, isComplete, entries: isComplete ? found.map(toEntry) : [] }
}

function toEntry({ epoch, seq, previous, payload }: Kept): HistoryEntry {
  return { epoch, seq, previous, payload }
}
