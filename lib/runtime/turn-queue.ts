import { systemClock, type Clock } from '../async/clock.js'
import { loopTurn } from '../async/loop-turn.js'

/** Who has something to send when the turn is over. */
export interface LateSender {
  /** Sends it, in one write. */
  flush(): void
}

/** What is published to: a room, or everyone. */
export interface TurnTopic {
  readonly members: { has(member: never): boolean }
  /** Publishes of a turn, and which turn that was at the last look: kept by the queue. */
  published: number
  turn: number
}

/** Publishes what has waited for a topic. */
export interface LatePublisher<T extends TurnTopic, P extends WaitingPush> {
  publish(topic: T, push: P): void
  /**
   * Asked when the turn is over and no socket is corked, of pushes with nothing between them.
   *
   * @returns whether it has delivered them all together; else they are published one by one
   */
  publishTogether(topic: T, pushes: readonly P[]): boolean
}

/** A push that waits. */
export interface WaitingPush {
  readonly frame: { readonly length: number }
}

/** What waits for the end of the turn. */
type Operation = (() => void) | Run

/** Pushes to one topic, with nothing between them. */
interface Run {
  readonly topic: TurnTopic
  readonly pushes: WaitingPush[]
  readonly publisher: LatePublisher<TurnTopic, WaitingPush>
}

/**
 * Publishes of one turn that uWebSockets.js joins into one write per socket. The next one makes it
 * write every message by itself as long as a message handler runs: measured here 1.45 µs a delivery
 * instead of 0.16.
 */
export const JOINED = 32
/** Publishes to a topic between two looks at which turn it is, since a look is not free. */
const LOOK = JOINED / 2
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
  #operations: Operation[] = []
  /** What came last, when it was a push. */
  #run: Run | undefined
  #waitingCount = 0
  #bytes = 0
  /** How often the end of a turn has come: what is published after that is joined anew. */
  #flushes = 0
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
    // What waits was first.
    if (this.isWaiting(topic)) return true
    const count = ++topic.published
    if (count <= JOINED && count % LOOK !== 0) return false
    const turn = loopTurn() + this.#flushes
    if (topic.turn === turn) return count > JOINED
    topic.turn = turn
    // The last look was in an earlier turn, and at most so many have come since.
    topic.published = count > JOINED ? 1 : LOOK
    return false
  }

  /** Publishes when the turn is over. */
  publishLater<T extends TurnTopic, P extends WaitingPush>(
    topic: T,
    push: P,
    publisher: LatePublisher<T, P>,
  ): void {
    this.#waiting.add(topic)
    if (this.#run?.topic === topic) {
      this.#run.pushes.push(push)
    } else {
      // Only ever called with pushes and a topic of its own.
      const run = { topic, pushes: [push], publisher } as unknown as Run
      this.#operations.push(run)
      this.#run = run
    }
    this.#added(push.frame.length)
  }

  /** Sends behind all that waits. */
  sendLater(send: () => void, bytes: number): void {
    this.#operations.push(send)
    this.#run = undefined
    this.#added(bytes)
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
    this.#flush(false)
  }

  #added(bytes: number): void {
    this.#waitingCount++
    this.#bytes += bytes
    this.#watch()
    if (this.#bytes > MAX_BYTES || this.#waitingCount > MAX_OPERATIONS) this.flush()
  }

  /** @param isTurnOver whether nothing is handled now, so that no socket is corked */
  #flush(isTurnOver: boolean): void {
    const late = this.#late
    const operations = this.#operations
    this.#late = []
    this.#operations = []
    this.#run = undefined
    this.#waitingCount = 0
    this.#bytes = 0
    this.#waiting.clear()
    for (const operation of operations) {
      if (typeof operation === 'function') this.#try(operation)
      else this.#publish(operation, isTurnOver)
    }
    for (const connection of late) this.#try(() => connection.flush())
  }

  #publish(run: Run, isTurnOver: boolean): void {
    if (isTurnOver && this.#publishTogether(run)) return
    const { topic, pushes, publisher } = run
    for (const push of pushes) this.#try(() => publisher.publish(topic, push))
  }

  #publishTogether({ topic, pushes, publisher }: Run): boolean {
    try {
      return publisher.publishTogether(topic, pushes)
    } catch (error) {
      this.#report(error)
      // Some have them.
      return true
    }
  }

  #watch(): void {
    if (this.#isWatching) return
    this.#isWatching = true
    this.#clock.setImmediate(() => {
      this.#isWatching = false
      this.#flushes++
      this.#flush(true)
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
