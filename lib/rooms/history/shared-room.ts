import type { Clock, ClockTimer } from '../../async/clock.js'
import { newEpoch } from '../../protocol/new-epoch.js'
import type { WsPush } from '../../protocol/records.js'
import type { RoomPosition } from '../../protocol/v1.js'
import type { HistoryEntry, HistoryPage, WsHistory } from '../../transports/history/ws-history.js'
import type { PushFrame } from '../encodings/push-frame.js'
import type { KeptPushes } from './kept-pushes.js'
import type { HistoryOptions, KeptPush, RoomView } from './room-history.js'
import { keyOf, readSharedPush, type KeptPublish, type SharedPush } from './shared-push.js'

/** Who is excluded is known by its id. */
export interface Identified {
  readonly id: string
}

/** What the rooms of one app share. */
export interface SharedRoomParts<M extends Identified> {
  readonly history: WsHistory
  readonly clock: Clock
  /** Milliseconds that a push may wait for the history. */
  readonly patience: number
  /** Who publishes. */
  readonly instance: string
  /** @throws what a codec throws */
  readonly write: (push: WsPush, seq: number) => PushFrame
  readonly read: (push: SharedPush) => WsPush
  /** Serves the members in this process. */
  readonly deliver: (room: string, frame: PushFrame, how: Omit<KeptPublish<M>, 'push'>) => void
  /** The room is elsewhere now; with a gap when something may have been missed. */
  readonly moved: (room: SharedRoom<M>, isGap: boolean) => void
  /** A member, when it is in this process. */
  readonly find: (id: string) => M | undefined
  /** It is on its own from now on, or no more. */
  readonly parted: (room: SharedRoom<M>, cause: unknown) => void
  readonly failed: (error: unknown, room: string) => void
}

/** A push that has not come back yet. */
interface Outgoing<M> extends KeptPublish<M> {
  readonly number: number
  readonly at: number
  readonly payload: string
  isSent: boolean
}

type State = 'joining' | 'joined' | 'apart' | 'closed'

/** Numbers of pushes that were delivered alone, and may still come. */
const MAX_TOLD = 10_000

/**
 * A room whose pushes are numbered by a history that other processes share: they are delivered here as
 * they come back from it, in its order.
 *
 * When the history does not answer in time, the room is on its own: it numbers its pushes itself, in an
 * epoch that nobody else knows, until it can return. What was pushed meanwhile is not in the history:
 * so the room starts anew there, and everybody is told of a gap.
 */
export class SharedRoom<M extends Identified> implements RoomView {
  readonly name: string
  readonly #parts: SharedRoomParts<M>
  readonly #bounds: Required<HistoryOptions>
  readonly #kept: KeptPushes
  #state: State = 'joining'
  #epoch = newEpoch()
  #seq = 0
  /** What tells the push at `seq` from others; `undefined` when it was not seen. */
  #lastKey: string | undefined
  /** Own pushes that wait for the history, or to come back from it; the oldest first. */
  #waiting: Outgoing<M>[] = []
  #timer: ClockTimer | undefined
  /** Whether the connection to the history was lost since it was read. */
  #isStale = false
  /** What came while something was read. */
  #early: HistoryEntry[] | undefined
  /** Attempts to read: only the last one counts. */
  #attempt = 0
  /** Whether something was pushed that the history does not have. */
  #isAhead = false
  readonly #told = new Set<number>()
  #opened: (() => void) | undefined

  constructor(
    name: string,
    parts: SharedRoomParts<M>,
    options: { readonly bounds: Required<HistoryOptions>; readonly kept: KeptPushes },
  ) {
    this.name = name
    this.#parts = parts
    this.#bounds = options.bounds
    this.#kept = options.kept
  }

  get epoch(): string {
    return this.#epoch
  }

  get seq(): number {
    return this.#seq
  }

  get isApart(): boolean {
    return this.#state === 'apart'
  }

  /** Whether the history has to forget the room before others may rely on it. */
  get isAhead(): boolean {
    return this.#isAhead
  }

  /** Finds out where the room is; done when that is known, or it is on its own. Never rejects. */
  open(): Promise<void> {
    const { clock, patience } = this.#parts
    return new Promise((resolve) => {
      const late = new Error(`the history did not answer within ${patience} ms`)
      const timer = clock.setTimeout(() => this.#part(late), patience).unref()
      this.#opened = () => {
        clock.clearTimeout(timer)
        this.#opened = undefined
        resolve()
      }
      void this.#open()
    })
  }

  /** Nobody is here any more. */
  close(): void {
    const { clock, history } = this.#parts
    // What has not been sent yet is for the members elsewhere.
    for (const out of this.#waiting) if (!out.isSent) this.#send(out)
    this.#state = 'closed'
    clock.clearTimeout(this.#timer)
    history.unsubscribe(this.name, this.receive)
    this.#kept.clear()
  }

  /** @param payload what the history keeps of it */
  push(kept: KeptPublish<M>, number: number, payload: string): void {
    if (this.#state === 'apart' && !this.#early) {
      this.#isAhead = true
      this.#deliverAlone(kept)
      return
    }
    const out = { ...kept, number, payload, at: this.#parts.clock.now(), isSent: false }
    this.#waiting.push(out)
    if (this.#waiting.length === 1) this.#watch()
    if (this.#state === 'joined') this.#send(out)
  }

  /** Something was appended. Bound, since it is what is subscribed with. */
  readonly receive = (entry: HistoryEntry): void => {
    if (this.#state === 'closed') return
    if (this.#early) this.#early.push(entry)
    else if (this.#state !== 'joined') return
    // The number before it may be that of another push than the one that was heard here.
    else if (this.#isStale) void this.catchUp()
    else this.#take(entry)
  }

  /** The connection to the history is lost: another server, which knows less, may take its place. */
  lost(): void {
    this.#isStale = true
  }

  /** The connection to the history was lost: what has come meanwhile is fetched. Never rejects. */
  async catchUp(): Promise<void> {
    if (this.#state !== 'joined') return
    const { history } = this.#parts
    try {
      await this.#settle(() => this.#readOn(history), true)
    } catch (error) {
      this.#part(error)
    }
  }

  /** Returns to the others. Never rejects. */
  async rejoin(): Promise<void> {
    if (this.#state !== 'apart' || this.#early) return
    const { history } = this.#parts
    const wasAhead = this.#isAhead
    this.#isAhead = false
    try {
      await this.#settle(async () => {
        if (wasAhead) await history.restart(this.name, this.#bounds)
        return history.read(this.name, undefined, this.#bounds)
      }, true)
    } catch (error) {
      this.#isAhead ||= wasAhead
      this.#part(error)
    }
  }

  /** What has to be read before {@link since} can answer; `undefined` for nothing. */
  load(position: RoomPosition): Promise<HistoryPage | undefined> | undefined {
    const isHere = position.epoch === this.#epoch
    if (this.#state !== 'joined' || !isHere || this.since(position)) return undefined
    const { history } = this.#parts
    return history.read(this.name, position, this.#bounds).catch(() => undefined)
  }

  since({ epoch, seq }: RoomPosition, page?: HistoryPage): readonly KeptPush[] | undefined {
    if (epoch !== this.#epoch || !Number.isSafeInteger(seq)) return undefined
    // Another process may have been ahead of this one.
    if (seq >= this.#seq) return []
    const recent = this.#kept.after(seq)
    if (recent || page?.epoch !== epoch || !page.isComplete) return recent
    const rest = page.seq < this.#seq ? this.#kept.after(page.seq) : []
    if (!rest) return undefined
    const missed = page.entries.filter((entry) => entry.seq > seq && entry.seq <= this.#seq)
    return [...missed.flatMap((entry) => this.#decode(entry) ?? []), ...rest]
  }

  async #open(): Promise<void> {
    const { history } = this.#parts
    try {
      await history.subscribe(this.name, this.receive)
      if (this.#state !== 'joining') return
      await this.#settle(() => history.read(this.name, undefined, this.#bounds), false)
    } catch (error) {
      this.#part(error)
    }
  }

  /** Reads, and goes on from there with what came meanwhile. */
  async #settle(read: () => Promise<HistoryPage>, isGap: boolean): Promise<void> {
    const attempt = ++this.#attempt
    this.#early = []
    this.#isStale = false
    const page = await read()
    if (attempt !== this.#attempt) return
    const early = this.#early
    this.#early = undefined
    const wasJoined = this.#state === 'joined'
    const goesOn = wasJoined && page.isComplete && page.epoch === this.#epoch
    if (this.#state === 'apart') this.#parts.parted(this, undefined)
    this.#state = 'joined'
    if (goesOn) for (const entry of page.entries) this.#take(entry)
    else this.#place(page, isGap)
    this.#opened?.()
    for (const out of this.#waiting) if (!out.isSent) this.#send(out)
    for (const entry of early) this.receive(entry)
  }

  async #readOn(history: WsHistory): Promise<HistoryPage> {
    const { epoch, seq } = this
    const page = await history.read(this.name, { epoch, seq }, this.#bounds)
    if (page.epoch !== epoch) return page
    const [here] = page.entries
    const isAnother = here?.seq === seq && this.#lastKey !== this.#keyOf(here)
    if (page.seq >= seq && !(isAnother && this.#lastKey !== undefined)) return page
    // The history has lost its end, and would give these numbers to other pushes.
    await history.restart(this.name, this.#bounds, epoch)
    return history.read(this.name, undefined, this.#bounds)
  }

  #place({ epoch, seq }: RoomPosition, isGap: boolean): void {
    this.#epoch = epoch
    this.#seq = seq
    this.#lastKey = undefined
    this.#kept.clear()
    this.#parts.moved(this, isGap)
  }

  #take(entry: HistoryEntry): void {
    const isHere = entry.epoch === this.#epoch
    if (isHere && entry.seq <= this.#seq) return
    if (!isHere || entry.previous > this.#seq || entry.payload === undefined) {
      // What is read then has it, too.
      void this.catchUp()
      return
    }
    const shared = this.#parse(entry)
    const previous = this.#seq
    this.#seq = entry.seq
    this.#lastKey = shared && keyOf(shared)
    if (!shared) return
    const { instance, find, deliver } = this.#parts
    const isOwn = shared.received.from === instance
    const own = isOwn ? this.#return(shared.number) : undefined
    const kept = this.#encode(entry.seq, shared, own?.push)
    if (!kept) return
    this.#kept.add({ ...kept, previous, seq: entry.seq })
    if (isOwn && this.#told.delete(shared.number)) return
    const exclude = own
      ? own.exclude
      : shared.exclude === undefined
        ? undefined
        : find(shared.exclude)
    deliver(this.name, kept.frame, { exclude, window: own?.window, slow: shared.received.slow })
  }

  #return(number: number): Outgoing<M> | undefined {
    const index = this.#waiting.findIndex((out) => out.number === number)
    if (index === -1) return undefined
    const [own] = this.#waiting.splice(index, 1)
    if (index === 0) this.#watch()
    return own
  }

  #send(out: Outgoing<M>): void {
    out.isSent = true
    const { history } = this.#parts
    // A room that nobody has pushed to keeps its epoch, should the history have forgotten it.
    const epoch = this.#seq === 0 ? this.#epoch : newEpoch()
    history.append(this.name, out.payload, { ...this.#bounds, epoch }).catch((error: unknown) => {
      if (this.#state === 'closed') this.#parts.parted(this, error)
      else if (this.#waiting.includes(out)) this.#part(error)
    })
  }

  /** Sets the time at which the oldest push has waited for too long. */
  #watch(): void {
    const { clock, patience } = this.#parts
    clock.clearTimeout(this.#timer)
    const [oldest] = this.#waiting
    if (!oldest) return
    const wait = Math.max(0, oldest.at + patience - clock.now())
    const late = new Error(`a push did not come back within ${patience} ms`)
    this.#timer = clock.setTimeout(() => this.#part(late), wait).unref()
  }

  /** From now on the room is on its own. */
  #part(cause: unknown): void {
    if (this.#state === 'closed') return
    this.#attempt++
    this.#early = undefined
    this.#parts.clock.clearTimeout(this.#timer)
    if (this.#state !== 'apart') {
      this.#state = 'apart'
      this.#place({ epoch: newEpoch(), seq: 0 }, false)
      this.#parts.parted(this, cause)
      this.#opened?.()
    }
    const waiting = this.#waiting
    this.#waiting = []
    for (const out of waiting) {
      this.#isAhead = true
      if (out.isSent && this.#told.size < MAX_TOLD) this.#told.add(out.number)
      this.#deliverAlone(out)
    }
  }

  #deliverAlone({ push, exclude, window, slow }: KeptPublish<M>): void {
    const previous = this.#seq
    try {
      const frame = this.#parts.write(push, previous + 1)
      this.#kept.add({ frame, exclude: exclude?.id, previous, seq: ++this.#seq })
      this.#parts.deliver(this.name, frame, { exclude, window, slow })
    } catch (error) {
      this.#parts.failed(error, this.name)
    }
  }

  #parse({ payload }: HistoryEntry): SharedPush | undefined {
    try {
      return readSharedPush(payload ?? '')
    } catch (error) {
      this.#parts.failed(error, this.name)
      return undefined
    }
  }

  #keyOf(entry: HistoryEntry): string | undefined {
    const shared = this.#parse(entry)
    return shared && keyOf(shared)
  }

  #decode(entry: HistoryEntry): KeptPush | undefined {
    const shared = this.#parse(entry)
    return shared && this.#encode(entry.seq, shared)
  }

  #encode(seq: number, shared: SharedPush, push?: WsPush): KeptPush | undefined {
    try {
      const { write, read } = this.#parts
      return { frame: write(push ?? read(shared), seq), exclude: shared.exclude }
    } catch (error) {
      this.#parts.failed(error, this.name)
      return undefined
    }
  }
}
