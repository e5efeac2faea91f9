import { defer, within, type Deferred } from './deadline.js'

/** Chooses items; absent means the next one, whatever it is. */
export type Match<T> = (item: T) => boolean

/** How long `Inbox.next` waits (milliseconds), and for which item. */
export interface NextOptions<T> {
  match?: Match<T>
  ms?: number
}

interface Waiter<T> {
  match: Match<T>
  deferred: Deferred<T>
}

const anything = (): boolean => true

/**
 * A queue between events and awaiting specs. Items that nobody waits for yet are kept in order, so
 * nothing is lost between two calls of `next`; each item is handed out once.
 */
export class Inbox<T> {
  /** Everything that ever arrived, also what `next` has handed out. */
  readonly all: T[] = []
  #waiting: T[] = []
  #waiters: Waiter<T>[] = []
  #ended: Error | undefined

  constructor(private readonly name: string) {}

  /** Items that `next` has not handed out yet. */
  get waiting(): readonly T[] {
    return this.#waiting
  }

  push(item: T): void {
    this.all.push(item)
    const index = this.#waiters.findIndex((waiter) => waiter.match(item))
    if (index === -1) this.#waiting.push(item)
    else this.#waiters.splice(index, 1)[0]?.deferred.resolve(item)
  }

  /** Nothing more can come: whoever waits, or will wait for what is not there, gets `error`. */
  end(error: Error): void {
    this.#ended ??= error
    for (const waiter of this.#waiters.splice(0)) waiter.deferred.reject(error)
  }

  /** The first item that matches, already here or still to come; others stay for later calls. */
  async next({ match = anything, ms }: NextOptions<T> = {}): Promise<T> {
    const index = this.#waiting.findIndex(match)
    if (index !== -1) return this.#waiting.splice(index, 1)[0] as T
    if (this.#ended) throw this.#ended
    const waiter: Waiter<T> = { match, deferred: defer<T>() }
    this.#waiters.push(waiter)
    try {
      return await within(waiter.deferred.promise, () => this.#describe(), ms)
    } finally {
      this.#waiters = this.#waiters.filter((other) => other !== waiter)
    }
  }

  /** Takes the waiting items among the first `upTo` that ever arrived, all of them by default. */
  take(match: Match<T> = anything, upTo = this.all.length): T[] {
    const early = new Set(this.all.slice(0, upTo))
    const taken = this.#waiting.filter((item) => early.has(item) && match(item))
    this.#waiting = this.#waiting.filter((item) => !taken.includes(item))
    return taken
  }

  #describe(): string {
    const seen = this.all.slice(-5).map((item) => JSON.stringify(item))
    const tail = seen.length === 0 ? 'nothing came' : `last came ${seen.join(', ').slice(0, 600)}`
    return `${this.name} (${this.all.length} arrived, ${this.#waiting.length} not taken; ${tail})`
  }
}
