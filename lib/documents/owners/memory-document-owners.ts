import { systemClock } from '../../async/clock.js'
import type { DocumentLease, DocumentOwners } from '../../transports/owners/document-owners.js'

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

/** Owners of documents among the apps of one process: for tests. */
export class MemoryDocumentOwners implements DocumentOwners {
  readonly ttl: number
  readonly #now: () => number
  readonly #held = new Map<string, Held>()

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
    const lease = { owner: node, token: token + 1 }
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
}
