import { systemClock } from '../../async/clock.js'
import { Listeners } from '../managed/listeners.js'
import type { DocumentLease, DocumentOwners } from './document-owners.js'

/** How long a lease lasts by default, in milliseconds. */
const DEFAULT_TTL = 6_000

/** What {@link MemoryDocumentOwners} takes; everything has a default. */
export interface MemoryDocumentOwnersOptions {
  /** How long a lease lasts, in milliseconds. Default: 6,000. */
  readonly ttl?: number
  /** Milliseconds of a clock that is never set back. Default: that of this process. */
  readonly now?: () => number
}

interface Held {
  readonly token: number
  /** `undefined` when it was given back. */
  readonly owner: string | undefined
  readonly until: number
}

/**
 * Owners of documents among the apps of one process: for tests. A token is at least the time in
 * milliseconds, so that those of the next process are higher.
 */
export class MemoryDocumentOwners implements DocumentOwners {
  readonly ttl: number
  readonly #now: () => number
  readonly #held = new Map<string, Held>()
  readonly #gone = new Listeners<string>(() => undefined)

  /** @throws TypeError for a `ttl` that is none */
  constructor({
    ttl = DEFAULT_TTL,
    now = () => systemClock.now(),
  }: MemoryDocumentOwnersOptions = {}) {
    if (!(typeof ttl === 'number' && ttl > 0)) {
      throw new TypeError(`ttl: ${String(ttl)} is no number of milliseconds`)
    }
    this.ttl = ttl
    this.#now = now
  }

  claim(path: string, node: string): Promise<DocumentLease> {
    const held = this.#held.get(path)
    const { owner, token = 0, until = 0 } = held ?? {}
    if (owner !== undefined && owner !== node && until > this.#now()) {
      return Promise.resolve({ owner, token })
    }
    const lease = { owner: node, token: Math.max(token + 1, Date.now()) }
    this.#held.set(path, { ...lease, until: this.#now() + this.ttl })
    return Promise.resolve(lease)
  }

  renew(path: string, token: number): Promise<boolean> {
    const held = this.#held.get(path)
    const isLatest = held?.token === token && held.owner !== undefined
    if (isLatest) this.#held.set(path, { ...held, until: this.#now() + this.ttl })
    return Promise.resolve(isLatest)
  }

  release(path: string, token: number): Promise<void> {
    const held = this.#held.get(path)
    if (held?.token === token) this.#held.set(path, { ...held, owner: undefined })
    return Promise.resolve()
  }

  onGone(listener: (node: string) => void): () => void {
    return this.#gone.add(listener)
  }

  /** A node has ended, for certain: its documents are free, and who listens hears of it. */
  gone(node: string): void {
    for (const [path, held] of this.#held) {
      if (held.owner === node) this.#held.set(path, { ...held, owner: undefined })
    }
    this.#gone.emit(node)
  }
}
