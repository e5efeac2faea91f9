import {
  DiscardPolicy,
  jetstream,
  JetStreamApiCodes,
  JetStreamApiError,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type JetStreamClient,
  type JetStreamManager,
  type StoredMsg,
  type StreamConfig,
} from '@nats-io/jetstream'
import { connect, headers, nanos, type Msg, type NatsConnection } from '@nats-io/transport-node'
import { APPEND_ID_TTL, PLACE_TTL } from '../history/ws-history.js'
import { writeFrame } from '../managed/frame.js'
import type { BroadcastSession, SessionEvents } from '../managed/broadcast-driver.js'
import { NatsSession, OURS } from './nats-session.js'
import type { ResolvedJetStreamOptions } from './jetstream-options.js'

/** What is no push, but says that a room starts here: `new` when it had no history, `anew` when it had. */
const START_HEADER = 'Enfilade-Start'
const EPOCH_HEADER = 'Enfilade-Epoch'

/** Parts of the way from one place to another that are read at once. */
const WALKS = 32

/** A message of a room that is kept. */
export interface StoredPush {
  readonly seq: number
  /** Milliseconds since the epoch of the clock. */
  readonly at: number
  /** `undefined` for a start. */
  readonly payload: string | undefined
}

/** The epoch of a room, and the place of the message that says so. */
export interface RoomEpoch {
  readonly epoch: string
  readonly seq: number
}

/**
 * A connection to NATS with JetStream. Two streams: one keeps the pushes of all rooms, one subject each,
 * and publishes each again with its number and that of the one before; the other keeps the epoch of each
 * room.
 */
export class JetStreamSession extends NatsSession implements BroadcastSession {
  readonly #js: JetStreamClient
  readonly #manager: JetStreamManager
  readonly #options: ResolvedJetStreamOptions

  private constructor(
    connection: NatsConnection,
    manager: JetStreamManager,
    { events, options }: { events: SessionEvents; options: ResolvedJetStreamOptions },
  ) {
    super(connection, `${options.prefix}.history.out`, events)
    this.#js = jetstream(connection, { timeout: options.patience })
    this.#manager = manager
    this.#options = options
  }

  static async connect(
    options: ResolvedJetStreamOptions,
    events: SessionEvents,
    signal: AbortSignal,
  ): Promise<JetStreamSession> {
    const connection = await connect({ ...options.nats, ...OURS, noEcho: false })
    try {
      signal.throwIfAborted()
      const manager = await jetstreamManager(connection, { timeout: options.patience })
      const session = new JetStreamSession(connection, manager, { events, options })
      await session.#open()
      signal.throwIfAborted()
      return session
    } catch (error) {
      await connection.close()
      throw error
    }
  }

  /** Keeps a payload. Several with one id count once. */
  async push(room: string, epoch: string, payload: string, id?: string): Promise<void> {
    const tags = headers()
    tags.set(EPOCH_HEADER, epoch)
    const subject = this.#subjectOf('in', room)
    await this.#js.publish(subject, payload, {
      headers: tags,
      ...(id !== undefined && { msgID: `${subject} ${id}` }),
    })
  }

  async start(room: string, epoch: string, kind: 'new' | 'anew'): Promise<void> {
    const tags = headers()
    tags.set(EPOCH_HEADER, epoch)
    tags.set(START_HEADER, kind)
    await this.#js.publish(this.#subjectOf('in', room), '', { headers: tags })
  }

  /** @returns `undefined` when the room has none */
  async epochOf(room: string): Promise<RoomEpoch | undefined> {
    const subject = this.#subjectOf('epoch', room)
    const found = await this.#manager.direct.getMessage(this.#streamOf('EPOCHS'), {
      last_by_subj: subject,
    })
    return found ? { epoch: found.string(), seq: found.seq } : undefined
  }

  /**
   * Gives a room an epoch.
   *
   * @param after the place of the one that it has, 0 for none; absent for whatever it has
   * @returns false when it has another one meanwhile
   */
  async setEpoch(room: string, epoch: string, after?: number): Promise<boolean> {
    try {
      const expect = after === undefined ? {} : { expect: { lastSubjectSequence: after } }
      await this.#js.publish(this.#subjectOf('epoch', room), epoch, expect)
      return true
    } catch (error) {
      if (!(error instanceof JetStreamApiError)) throw error
      if (error.code !== JetStreamApiCodes.StreamWrongLastSequence) throw error
      return false
    }
  }

  /** The `seq` of the last message of a room; 0 for none. */
  async lastSeq(room: string): Promise<number> {
    const subject = this.#subjectOf('in', room)
    const found = await this.#manager.direct.getMessage(this.#streamOf('HISTORY'), {
      last_by_subj: subject,
    })
    return found?.seq ?? 0
  }

  /**
   * The messages of a room from a place to another, both included. They are asked for one by one, since
   * servers before 2.11 have no other way without a consumer; in several parts of the way at once.
   *
   * @param most how many are read of each part
   */
  async messages(
    room: string,
    [from, to]: readonly [number, number],
    most: number,
  ): Promise<StoredPush[]> {
    const step = Math.ceil((to - from + 1) / WALKS)
    const parts = Array.from({ length: WALKS }, (_, index) => from + index * step)
    const walks = parts.map((first) =>
      this.#walk(room, [first, Math.min(first + step - 1, to)], most),
    )
    return (await Promise.all(walks)).flat()
  }

  async #walk(
    room: string,
    [from, to]: readonly [number, number],
    most: number,
  ): Promise<StoredPush[]> {
    const subject = this.#subjectOf('in', room)
    const stored: StoredPush[] = []
    for (let seq = from; seq <= to && stored.length < most;) {
      const query = { seq, next_by_subj: subject }
      const found = await this.#manager.direct.getMessage(this.#streamOf('HISTORY'), query)
      if (!found || found.seq > to) break
      stored.push(toPush(found))
      seq = found.seq + 1
    }
    return stored
  }

  /** Only the streams publish to what is subscribed to, with the place of each message. */
  protected override read(message: Msg): string | undefined {
    const { headers: tags } = message
    const seq = Number(tags?.get('Nats-Sequence'))
    const previous = Number(tags?.get('Nats-Last-Sequence'))
    if (!Number.isSafeInteger(seq) || seq < 1 || !Number.isSafeInteger(previous)) return undefined
    const kind = tags?.get(START_HEADER) ?? ''
    const head = `${tags?.get(EPOCH_HEADER) ?? ''} ${seq} ${previous} ${kind}\n`
    return writeFrame({
      from: 'stream',
      stream: seq,
      first: 1,
      payloads: [head + message.string()],
    })
  }

  async #open(): Promise<void> {
    const { prefix, size, ttl, storage, replicas } = this.#options
    const common = {
      ...{ retention: RetentionPolicy.Limits, discard: DiscardPolicy.Old, allow_direct: true },
      ...{ num_replicas: replicas, max_age: nanos((ttl + PLACE_TTL) * 1000) },
      storage: storage === 'file' ? StorageType.File : StorageType.Memory,
      duplicate_window: nanos(APPEND_ID_TTL * 1000),
    }
    const subject = `${prefix}.history`
    await this.#make({
      ...{ ...common, name: this.#streamOf('HISTORY'), subjects: [`${subject}.in.*`] },
      ...{ max_msgs_per_subject: size },
      republish: { src: `${subject}.in.*`, dest: `${subject}.out.{{wildcard(1)}}` },
    })
    await this.#make({
      ...{ ...common, name: this.#streamOf('EPOCHS'), subjects: [`${subject}.epoch.*`] },
      max_msgs_per_subject: 1,
    })
  }

  /** Several processes start at once: one of them makes it. What differs is brought up to date. */
  async #make(config: Partial<StreamConfig> & { name: string }): Promise<void> {
    const { streams } = this.#manager
    const { name, max_msgs_per_subject: size = 1, max_age: age = 0 } = config
    try {
      const { config: known } = await streams.info(name)
      if (known.max_msgs_per_subject === size && known.max_age === age) return
      await streams.update(name, { max_msgs_per_subject: size, max_age: age })
    } catch (error) {
      const isMissing =
        error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound
      if (!isMissing) throw error
      await streams.add(config)
    }
  }

  #streamOf(kind: 'HISTORY' | 'EPOCHS'): string {
    // The name of a stream has no dots, and a prefix may.
    return `${this.#options.prefix.replaceAll(/[^A-Za-z0-9]/g, '_')}_${kind}`
  }

  #subjectOf(kind: 'in' | 'epoch', room: string): string {
    const name = Buffer.from(room).toString('base64url')
    return `${this.#options.prefix}.history.${kind}.${name}`
  }
}

function toPush(message: StoredMsg): StoredPush {
  const isStart = message.header.get(START_HEADER) !== ''
  const payload = isStart ? undefined : message.string()
  return { seq: message.seq, at: message.time.getTime(), payload }
}
