import { isPromise, type MaybePromise } from '../../async/maybe-promise.js'
import { newEpoch } from '../../protocol/new-epoch.js'
import type { RoomPosition } from '../../protocol/v1.js'
import type { TransportStatus, TransportStatusChange } from '../broadcast-transport.js'
import { EntryHandlers, type EntryHandler } from '../history/entry-handlers.js'
import {
  MAX_ROOM_LENGTH,
  type HistoryAppend,
  type HistoryBounds,
  type HistoryEntry,
  type HistoryPage,
  type WsHistory,
} from '../history/ws-history.js'
import { StoreLink } from '../managed/store-link.js'
import { resolveJetStreamOptions, type JetStreamHistoryOptions } from './jetstream-options.js'
import { JetStreamSession, type StoredPush } from './jetstream-session.js'

/** What is known of a room while it is subscribed to. */
interface Known {
  /** Asked for once: what is appended meanwhile waits for it. */
  epoch: Promise<string> | undefined
  /** The epoch that was found last. */
  current: string | undefined
  /** What is not handed on, and the place that stands for it. */
  readonly hidden: Map<number, number>
}

/**
 * Keeps what is pushed to rooms in NATS JetStream, so that a client may continue on any process. Needs the
 * packages `@nats-io/transport-node` and `@nats-io/jetstream`, and servers with JetStream, 2.9 or later.
 *
 * @example
 * ```ts
 * const history = new JetStreamHistory({ servers: 'localhost:4222' })
 * const app = createWsApp({ controllers: [ChatController], history, recovery: true })
 * ```
 */
export class JetStreamHistory implements WsHistory {
  readonly #link: StoreLink<JetStreamSession>
  readonly #handlers = new EntryHandlers()
  readonly #known = new Map<string, Known>()

  /** @throws TypeError when an option is not what it may be */
  constructor(options: JetStreamHistoryOptions = {}) {
    const resolved = resolveJetStreamOptions(options)
    this.#link = new StoreLink(
      (events, signal) => JetStreamSession.connect(resolved, events, signal),
      options,
    )
    this.#link.onStatus(({ status }) => {
      // Others may have given rooms another epoch.
      if (status === 'down') for (const known of this.#known.values()) known.epoch = undefined
    })
  }

  get status(): TransportStatus {
    return this.#link.status
  }

  /** @returns a function that ends the listening */
  onStatus(listener: (change: TransportStatusChange) => void): () => void {
    return this.#link.onStatus(listener)
  }

  /** Done when the status is `ready`; rejects when it is closed before that. */
  ready(): Promise<void> {
    return this.#link.ready()
  }

  append(room: string, payload: string, { epoch, id }: HistoryAppend): Promise<void> {
    return this.#link.ask(async (session) => {
      await session.push(room, await this.#epochOf(session, room, epoch), payload, id)
    })
  }

  read(room: string, since: RoomPosition | undefined, bounds: HistoryBounds): Promise<HistoryPage> {
    return this.#link.ask(async (session) => {
      const known = this.#known.get(room)
      if (known) known.epoch = undefined
      const epoch = await this.#epochOf(session, room, newEpoch())
      const seq = await session.lastSeq(room)
      if (since === undefined) return { epoch, seq, isComplete: true, entries: [] }
      const isHere = since.epoch === epoch && Number.isSafeInteger(since.seq)
      const none = { epoch, seq, isComplete: false, entries: [] }
      if (!isHere || since.seq < 1 || since.seq > seq) return none
      const stored = await session.messages(room, [since.seq, seq], bounds.size + 2)
      // The last place is still there: so is everything behind it.
      if (stored[0]?.seq !== since.seq || !isWithin(stored, bounds)) return none
      return { epoch, seq, isComplete: true, entries: toEntries(epoch, stored) }
    })
  }

  restart(room: string, _bounds: HistoryBounds, epoch?: string): Promise<void> {
    return this.#link.ask(async (session) => {
      const next = newEpoch()
      const known = epoch === undefined ? undefined : await session.epochOf(room)
      if (known?.epoch !== epoch) return
      if (await session.setEpoch(room, next, known?.seq)) await session.start(room, next, 'anew')
    })
  }

  subscribe(room: string, handler: EntryHandler): MaybePromise<void> {
    this.#handlers.add(room, handler)
    if (!this.#known.has(room))
      this.#known.set(room, { epoch: undefined, current: undefined, hidden: new Map() })
    const receive = (text: string): void => this.#receive(room, text)
    const done = this.#link.transport.subscribe(room, receive)
    if (!isPromise(done)) return
    return done.catch((error: unknown) => {
      this.unsubscribe(room, handler)
      throw error
    })
  }

  unsubscribe(room: string, handler: EntryHandler): void {
    if (!this.#handlers.remove(room, handler)) return
    this.#known.delete(room)
    this.#link.transport.unsubscribe(room)
  }

  /** Ends the connection. Then nothing of it keeps the process alive. */
  close(): Promise<void> {
    return this.#link.close()
  }

  /** For containers that dispose of what they made: the same as `close`. */
  dispose(): Promise<void> {
    return this.close()
  }

  /** Asked for once while a room is subscribed to: what follows waits in its order. */
  #epochOf(session: JetStreamSession, room: string, fresh: string): Promise<string> {
    const known = this.#known.get(room)
    if (known?.epoch) return known.epoch
    const epoch = openRoom(session, room, fresh)
    if (known) {
      known.epoch = epoch
      epoch.then(
        (found) => (known.current = found),
        () => {
          if (known.epoch === epoch) known.epoch = undefined
        },
      )
    }
    return epoch
  }

  #receive(room: string, text: string): void {
    const known = this.#known.get(room)
    const end = text.indexOf('\n')
    const [epoch = '', at, before, kind] = text.slice(0, end).split(' ')
    const [seq, last] = [Number(at), Number(before)]
    if (!known) return
    const previous = known.hidden.get(last) ?? last
    known.hidden.clear()
    if (kind === 'new') {
      known.hidden.set(seq, previous)
      return
    }
    const isStart = kind === 'anew'
    if (isStart) known.epoch = Promise.resolve(epoch)
    // Who appended may not have known that the room has started anew.
    known.current = isStart ? epoch : (known.current ?? epoch)
    const payload = isStart ? undefined : text.slice(end + 1)
    this.#handlers.hand(room, { epoch: known.current, seq, previous, payload })
  }
}

/** Finds the epoch of a room, or gives it one. */
async function openRoom(session: JetStreamSession, room: string, fresh: string): Promise<string> {
  const found = await session.epochOf(room)
  if (found) return found.epoch
  // Before the room has an epoch it has a place: then every position is that of a message.
  await session.start(room, fresh, 'new')
  if (await session.setEpoch(room, fresh, 0)) return fresh
  return (await session.epochOf(room))?.epoch ?? fresh
}

/** Whether what came after the first is no more, no larger and no older than is to be kept. */
function isWithin([, ...missed]: readonly StoredPush[], { size, ttl }: HistoryBounds): boolean {
  const length = missed.reduce((sum, { payload = '' }) => sum + payload.length, 0)
  const oldest = Date.now() - ttl * 1000
  return missed.length <= size && length <= MAX_ROOM_LENGTH && (missed[0]?.at ?? Infinity) >= oldest
}

function toEntries(epoch: string, stored: readonly StoredPush[]): HistoryEntry[] {
  const entries: HistoryEntry[] = []
  let previous = 0
  for (const { seq, payload } of stored) {
    if (payload !== undefined) entries.push({ epoch, seq, previous, payload })
    previous = seq
  }
  return entries
}
