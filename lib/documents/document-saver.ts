import type { DocumentTimers } from './document-timers.js'
import type { DocumentStorage, StoredDocument } from './storage/document-storage.js'

/** How long after a change a storage without a log gets a snapshot, in milliseconds. */
const SAVE_DELAY = 1_000

/** The first wait after a failure, and the longest, in milliseconds. */
const FIRST_RETRY = 250
const LAST_RETRY = 10_000

/** How much a log may grow before a snapshot takes its place. */
const MAX_LOGGED_CHANGES = 5_000
const MAX_LOGGED_BYTES = 16 * 1024 * 1024

/** What a saver needs of its room. */
export interface SaverHost {
  readonly timers: DocumentTimers
  /** The document as it is now. */
  encode(): Uint8Array
  /** The same, with what is stored by now; where several processes write a document. */
  readonly merge: ((stored: StoredDocument) => Uint8Array) | undefined
  /** The clock of `encode`. */
  clock(): number
  onDurable(clock: number): void
  /** A save failed and will be tried again. */
  onFailure(error: unknown): void
}

interface Waiter {
  readonly clock: number
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Brings changes to the storage: one call at a time, again and again until it works. Changes that
 * come meanwhile go together in the next call.
 */
export class DocumentSaver {
  #pending: Uint8Array[] = []
  #pendingBytes = 0
  /** The clock of the last change, and of the last that the storage has. */
  #latest: number
  #durable: number
  #logged = 0
  #loggedBytes = 0
  #needsSnapshot = false
  #isRunning = false
  #running = Promise.resolve()
  #retry = 0
  #timer: unknown
  #waiters: Waiter[] = []
  #isClosed = false

  constructor(
    private readonly storage: DocumentStorage,
    private readonly host: SaverHost,
  ) {
    this.#latest = this.#durable = host.clock()
  }

  /** Up to which clock the storage has everything. */
  get durable(): number {
    return this.#durable
  }

  /** Takes a change; returns at once. */
  add(clock: number, change: Uint8Array): void {
    this.#latest = clock
    if (!this.storage.append || this.#needsSnapshot) {
      this.#needsSnapshot = true
    } else {
      this.#pending.push(change)
      this.#pendingBytes += change.length
      // While a storage does not answer, memory must not fill up: a snapshot has it all.
      if (this.#pendingBytes > MAX_LOGGED_BYTES || this.#pending.length > MAX_LOGGED_CHANGES) {
        this.#wantSnapshot()
      }
    }
    if (this.#isRunning || this.#timer !== undefined) return
    if (this.#needsSnapshot) this.#wait(SAVE_DELAY)
    else this.#start()
  }

  /**
   * Brings everything to the storage now.
   *
   * @returns done when everything as of now is durable; rejects when the next try fails, which is
   * not the last
   */
  flush(): Promise<void> {
    if (!this.#isRunning && !this.#hasWork()) return Promise.resolve()
    const done = new Promise<void>((resolve, reject) => {
      this.#waiters.push({ clock: this.#latest, resolve, reject })
    })
    this.#start()
    return done
  }

  /** Makes the log short: saves a snapshot in its place. */
  compact(): Promise<void> {
    if (this.#logged > 0 || this.#pending.length > 0 || this.#isRunning) {
      this.#wantSnapshot()
    }
    return this.flush()
  }

  /** Stops trying, and lets go of the storage. Waits for a call under way. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#stopTimer()
    await this.#running
    for (const { reject } of this.#waiters.splice(0)) reject(new Error('The room was closed'))
    await this.storage.close?.()
  }

  #wantSnapshot(): void {
    this.#needsSnapshot = true
    this.#pending = []
    this.#pendingBytes = 0
  }

  #hasWork(): boolean {
    return this.#needsSnapshot || this.#pending.length > 0
  }

  #start(): void {
    if (!this.#isRunning) this.#running = this.#run()
  }

  async #run(): Promise<void> {
    this.#stopTimer()
    this.#isRunning = true
    while (!this.#isClosed && this.#hasWork()) {
      if (!(await this.#step())) return
      if (!this.storage.append && this.#needsSnapshot && this.#waiters.length === 0) {
        // Snapshot after snapshot would be all that a busy document does.
        this.#wait(SAVE_DELAY)
        break
      }
    }
    this.#isRunning = false
  }

  /** One call of the storage. Returns whether it went well. */
  async #step(): Promise<boolean> {
    const clock = this.#latest
    const changes = this.#pending
    const bytes = this.#pendingBytes
    const isSnapshot = this.#needsSnapshot
    this.#pending = []
    this.#pendingBytes = 0
    this.#needsSnapshot = false
    try {
      if (isSnapshot) await this.#save()
      else await this.storage.append?.(changes)
    } catch (error) {
      this.#restore(changes, isSnapshot)
      this.#fail(error)
      return false
    }
    this.#retry = 0
    this.#logged = isSnapshot ? 0 : this.#logged + changes.length
    this.#loggedBytes = isSnapshot ? 0 : this.#loggedBytes + bytes
    if (this.#logged > MAX_LOGGED_CHANGES || this.#loggedBytes > MAX_LOGGED_BYTES) {
      this.#wantSnapshot()
    }
    this.#settle(clock)
    return true
  }

  #save(): Promise<void> {
    const { merge } = this.host
    return merge && this.storage.merge
      ? this.storage.merge(merge)
      : this.storage.save(this.host.encode())
  }

  #restore(changes: readonly Uint8Array[], wasSnapshot: boolean): void {
    if (wasSnapshot || this.#needsSnapshot) {
      this.#wantSnapshot()
      return
    }
    this.#pending.unshift(...changes)
    this.#pendingBytes = this.#pending.reduce((sum, { length }) => sum + length, 0)
  }

  #fail(error: unknown): void {
    // Whoever asks from now on begins a try of their own.
    this.#isRunning = false
    this.host.onFailure(error)
    for (const { reject } of this.#waiters.splice(0)) reject(error)
    this.#wait(Math.min(FIRST_RETRY * 2 ** this.#retry, LAST_RETRY))
    this.#retry++
  }

  #settle(clock: number): void {
    this.#durable = clock
    const isDone = (waiter: Waiter): boolean => waiter.clock <= clock
    for (const { resolve } of this.#waiters.filter(isDone)) resolve()
    this.#waiters = this.#waiters.filter((waiter) => !isDone(waiter))
    this.host.onDurable(clock)
  }

  #wait(milliseconds: number): void {
    if (this.#isClosed) return
    this.#timer = this.host.timers.set(() => {
      this.#timer = undefined
      this.#start()
    }, milliseconds)
  }

  #stopTimer(): void {
    if (this.#timer !== undefined) this.host.timers.clear(this.#timer)
    this.#timer = undefined
  }
}
