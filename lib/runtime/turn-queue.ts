import { systemClock, type Clock } from '../async/clock.js'

/** Who has something to send when the turn is over. */
export interface LateSender {
  /** Sends it, in one write. */
  flush(): void
}

/** What is published to: a room, or everyone. */
export interface TurnTopic {
  readonly members: { has(member: never): boolean }
  /** Publishes of a turn, and which turn: kept by the queue. */
  published: number
  turn: number
}

/**
 * Publishes of one turn that uWebSockets.js joins into one write per socket. The next one makes it
 * write every message by itself as long as a message handler runs: measured here 1.45 µs a delivery
 * instead of 0.16.
 */
const JOINED = 32
/** From here on it is watched whether the turn ends: seldom, since watching is not free. */
const WATCHED = JOINED / 2
/** Bytes and operations that wait at most: then they go out, joined or not. */
const MAX_BYTES = 1024 * 1024
const MAX_OPERATIONS = 4096

/**
 * What goes out together when the current turn of the event loop is over, since a write to a socket
 * costs more than all the rest of a message:
 *
 * - what a turn publishes to a room beyond what uWebSockets.js joins, and what its members are sent
 *   afterwards, in order;
 * - then the replies of handlers that finish in a later turn than their message came in, a
 *   connection's in one write.
 */
export class TurnQueue {
  /** The connection whose message is handled now: uWebSockets.js joins what it is sent. */
  corked: LateSender | undefined
  readonly #report: (error: unknown) => void
  readonly #clock: Clock
  /** Topics with publishes that wait. */
  readonly #waiting = new Set<TurnTopic>()
  #late: LateSender[] = []
  #operations: (() => void)[] = []
  #bytes = 0
  #turn = 0
  #isWatching = false

  /** @param report hears of what failed when nobody else would */
  constructor(report: (error: unknown) => void, clock: Clock = systemClock) {
    this.#clock = clock
    this.#report = report
  }

  /** A connection has replies to send when the turn is over. */
  addLate(connection: LateSender): void {
    this.#late.push(connection)
    this.#watch()
  }

  /** Whether the next publish to a topic has to wait; it is counted. */
  isFull(topic: TurnTopic): boolean {
    if (topic.turn !== this.#turn) {
      topic.turn = this.#turn
      topic.published = 0
    }
    if (++topic.published < WATCHED) return false
    this.#watch()
    return topic.published > JOINED
  }

  /** Publishes when the turn is over. */
  publishLater(topic: TurnTopic, publish: () => void, bytes: number): void {
    this.#waiting.add(topic)
    this.sendLater(publish, bytes)
  }

  /** Sends behind all that waits. */
  sendLater(send: () => void, bytes: number): void {
    this.#operations.push(send)
    this.#bytes += bytes
    this.#watch()
    if (this.#bytes > MAX_BYTES || this.#operations.length > MAX_OPERATIONS) this.flush()
  }

  /** Whether something waits for a member of a topic, which it must not be sent anything before. */
  holds(member: object): boolean {
    if (this.#waiting.size === 0) return false
    for (const { members } of this.#waiting) if (members.has(member as never)) return true
    return false
  }

  /** Whether publishes to a topic wait. */
  isWaiting(topic: TurnTopic): boolean {
    return this.#waiting.size > 0 && this.#waiting.has(topic)
  }

  /** Does it all now. Never throws. */
  flush(): void {
    const late = this.#late
    const operations = this.#operations
    this.#late = []
    this.#operations = []
    this.#bytes = 0
    this.#waiting.clear()
    for (const operation of operations) this.#try(operation)
    for (const connection of late) this.#try(() => connection.flush())
  }

  #watch(): void {
    if (this.#isWatching) return
    this.#isWatching = true
    this.#clock.setImmediate(() => {
      this.#isWatching = false
      this.#turn++
      this.flush()
    })
  }

  #try(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#report(error)
    }
  }
}
