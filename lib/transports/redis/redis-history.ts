import { isPromise, type MaybePromise } from '../../async/maybe-promise.js'
import { newEpoch } from '../../protocol/new-epoch.js'
import type { RoomPosition } from '../../protocol/v1.js'
import type { TransportStatus, TransportStatusChange } from '../broadcast-transport.js'
import { EntryHandlers, type EntryHandler } from '../history/entry-handlers.js'
import type {
  HistoryAppend,
  HistoryBounds,
  HistoryEntry,
  HistoryPage,
  WsHistory,
} from '../history/ws-history.js'
import { StoreLink, type StoreOptions } from '../managed/store-link.js'
import { connectWith } from './connect-with.js'
import { APPEND, READ, RESTART } from './history-scripts.js'
import { resolveRedisOptions, type RedisConnectionOptions } from './redis-options.js'
import type { RedisScript } from './redis-script.js'
import type { RedisSession } from './redis-session.js'

/** What {@link RedisHistory} takes; everything has a default. */
export interface RedisHistoryOptions extends RedisConnectionOptions, StoreOptions {}

type Question = readonly [room: string, bounds: Pick<HistoryBounds, 'ttl'>, epoch?: string]

/**
 * Keeps what is pushed to rooms in Redis, so that a client may continue on any process: one server, the
 * master that Redis Sentinel names, or a Redis Cluster of version 7 or later. Needs the package
 * `ioredis`.
 *
 * A room has a stream for its last pushes, and a hash for its place, with lives of their own; a push is
 * numbered, kept and published by one script.
 *
 * @example
 * ```ts
 * const history = new RedisHistory({ url: 'redis://localhost:6379' })
 * const app = createWsApp({ controllers: [ChatController], history, recovery: true })
 * ```
 */
export class RedisHistory implements WsHistory {
  readonly #link: StoreLink<RedisSession>
  readonly #handlers = new EntryHandlers()

  /** @throws TypeError when an option is not what it may be */
  constructor(options: RedisHistoryOptions = {}) {
    const scripts = [APPEND, READ, RESTART].map(({ text }) => text)
    this.#link = new StoreLink(connectWith(resolveRedisOptions(options), scripts), options)
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

  async append(room: string, payload: string, how: HistoryAppend): Promise<void> {
    const { id, size, epoch } = how
    const keys = id === undefined ? [] : [`id:${id.length}:${id}:`]
    await this.#run(APPEND, [room, how, epoch], [payload, payload.length, size], keys)
  }

  async read(
    room: string,
    since: RoomPosition | undefined,
    bounds: HistoryBounds,
  ): Promise<HistoryPage> {
    // What is no number of an entry would be no id of one.
    const isSeq = since && Number.isSafeInteger(since.seq) && since.seq >= 0
    const from = isSeq ? [`=${since.epoch}`, since.seq] : [since ? '?' : '', 0]
    const answer = await this.#run(READ, [room, bounds], [bounds.size, ...from])
    const [epoch, seq, isComplete, found] = answer as [string, number, number, (number | string)[]]
    const entries: HistoryEntry[] = []
    for (let index = 0; index < found.length; index += 2) {
      const at = Number(found[index])
      entries.push({ epoch, seq: at, previous: at - 1, payload: String(found[index + 1]) })
    }
    return { epoch, seq, isComplete: isComplete === 1, entries }
  }

  async restart(room: string, bounds: HistoryBounds, epoch = ''): Promise<void> {
    await this.#run(RESTART, [room, bounds], [epoch])
  }

  subscribe(room: string, handler: EntryHandler): MaybePromise<void> {
    this.#handlers.add(room, handler)
    const receive = (payload: string): void => this.#receive(room, payload)
    const done = this.#link.transport.subscribe(channelOf(room), receive)
    if (!isPromise(done)) return
    return done.catch((error: unknown) => {
      this.unsubscribe(room, handler)
      throw error
    })
  }

  unsubscribe(room: string, handler: EntryHandler): void {
    if (this.#handlers.remove(room, handler)) this.#link.transport.unsubscribe(channelOf(room))
  }

  /** Ends the connection. Then nothing of it keeps the process alive. */
  close(): Promise<void> {
    return this.#link.close()
  }

  /** For containers that dispose of what they made: the same as `close`. */
  dispose(): Promise<void> {
    return this.close()
  }

  #run(
    script: RedisScript,
    [room, { ttl }, epoch = newEpoch()]: Question,
    args: readonly (string | number)[],
    kinds: readonly string[] = [],
  ): Promise<unknown> {
    const channel = channelOf(room)
    return this.#link.ask((session) =>
      script.run(session, channel, {
        keys: ['place:', 'log:', ...kinds].map((kind) => session.nameOf(channel, kind)),
        args: [
          session.nameOf(channel),
          session.isSharded ? 'SPUBLISH' : 'PUBLISH',
          ...[epoch, ttl],
          ...args,
        ],
      }),
    )
  }

  #receive(room: string, text: string): void {
    const end = text.indexOf('\n')
    const [epoch = '', seq, previous] = text.slice(0, end).split(' ')
    const isStart = previous === '-'
    this.#handlers.hand(room, {
      epoch,
      seq: Number(seq),
      previous: isStart ? 0 : Number(previous),
      payload: isStart ? undefined : text.slice(end + 1),
    })
  }
}

function channelOf(room: string): string {
  return `history:${room}`
}
