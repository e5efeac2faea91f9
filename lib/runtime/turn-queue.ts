/** Who has something to send when the turn is over. */
export interface LateSender {
  /** Sends it, in one write. */
  flush(): void
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
 * - replies of handlers that finish in a later turn than their message came in, a connection's in one
 *   write;
 * - what a turn publishes beyond what uWebSockets.js joins, and from then on everything, in order.
 */
export class TurnQueue {
  /** The connection whose message is handled now: uWebSockets.js joins what it is sent. */
  corked: LateSender | undefined
  readonly #report: (error: unknown) => void
  #late: LateSender[] = []
  #operations: (() => void)[] = []
  #bytes = 0
  #published = 0
  #isWatching = false

  /** @param report hears of what failed when nobody else would */
  constructor(report: (error: unknown) => void) {
    this.#report = report
  }

  /** Whether something waits that what is sent next must not overtake. */
  get isBusy(): boolean {
    return this.#operations.length > 0
  }

  /** A connection has replies to send when the turn is over. */
  addLate(connection: LateSender): void {
    this.#late.push(connection)
    this.#watch()
  }

  /** Whether the next publish has to wait for its turn. */
  isFull(): boolean {
    if (this.#operations.length > 0) return true
    if (++this.#published < WATCHED) return false
    this.#watch()
    return this.#published > JOINED
  }

  /** Something to do when the turn is over, after all that was added before. */
  add(operation: () => void, bytes: number): void {
    this.#operations.push(operation)
    this.#bytes += bytes
    this.#watch()
    if (this.#bytes > MAX_BYTES || this.#operations.length > MAX_OPERATIONS) this.flush()
  }

  /** Does it all now. Never throws. */
  flush(): void {
    const late = this.#late
    const operations = this.#operations
    this.#late = []
    this.#operations = []
    this.#bytes = 0
    for (const connection of late) this.#try(() => connection.flush())
    for (const operation of operations) this.#try(operation)
  }

  #watch(): void {
    if (this.#isWatching) return
    this.#isWatching = true
    setImmediate(() => {
      this.#isWatching = false
      this.#published = 0
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
