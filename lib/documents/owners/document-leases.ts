import type { Clock, ClockTimer } from '../../async/clock.js'
import { WsError } from '../../errors/ws-error.js'
import type { DocumentOwners } from '../../transports/owners/document-owners.js'
import { LeaseBook, type DueLease } from './lease-book.js'

/** What leases work with. */
export interface DocumentLeasesParts {
  readonly owners: DocumentOwners
  /** Whose the leases are. */
  readonly node: string
  readonly clock: Clock
  /** Leases were added, or are over. */
  readonly onHeld: (count: number) => void
  /** A lease is over, against the will of this process. */
  readonly onLost: (path: string) => void
  /** Leases could not be renewed, or given back. */
  readonly onFault: (error: unknown) => void
}

/** A lease of this process. */
export interface Tenure {
  readonly token: number
  /** Whether it can be counted on: asks the clock, not the timers, which may be late. */
  isHeld(): boolean
  /** Somebody says that it is over. */
  lose(): void
}

/** What came of a claim: a lease of this process, or the node that owns the document. */
export type Claimed = { readonly tenure: Tenure } | { readonly owner: string }

/** Claims documents for this process, and keeps renewing what it has. */
export class DocumentLeases {
  readonly #parts: DocumentLeasesParts
  readonly #book: LeaseBook
  #timer: ClockTimer | undefined
  #timerAt = Infinity
  readonly #releases = new Set<Promise<void>>()

  constructor(parts: DocumentLeasesParts) {
    this.#parts = parts
    this.#book = new LeaseBook(parts.owners.ttl)
  }

  /** Whether a document belongs to this process. */
  has(path: string): boolean {
    return this.#book.tokenOf(path, this.#parts.clock.now()) !== undefined
  }

  /** Rejects when it cannot be decided, or came too late to be counted on. */
  async claim(path: string): Promise<Claimed> {
    const { owners, node, clock } = this.#parts
    const askedAt = clock.now()
    const { owner, token } = await owners.claim(path, node)
    if (owner !== node) return { owner }
    const before = this.#book.size
    this.#book.hold(path, token, askedAt)
    this.#parts.onHeld(this.#book.size - before)
    if (!this.#book.isHeld(path, token, clock.now())) {
      this.#drop(path, token)
      throw new WsError(503, 'The lease of the document came too late')
    }
    this.#tickLater()
    return {
      tenure: {
        token,
        isHeld: () => this.#book.isHeld(path, token, clock.now()),
        lose: () => this.#lost({ path, token }),
      },
    }
  }

  /** Gives a document back. It is over for this process at once. */
  release(path: string, token: number): void {
    const { owners, onFault } = this.#parts
    this.#drop(path, token)
    // A lease that cannot be given back ends by itself.
    const released = owners
      .release(path, token)
      .catch(onFault)
      .finally(() => this.#releases.delete(released))
    this.#releases.add(released)
  }

  /** Done when all that was given back is. Never rejects. */
  async settle(): Promise<void> {
    await Promise.all(this.#releases)
    if (this.#book.size === 0) this.#parts.clock.clearTimeout(this.#timer)
  }

  #tickLater(): void {
    const { clock } = this.#parts
    const { nextAt } = this.#book
    if (nextAt >= this.#timerAt || nextAt === Infinity) return
    clock.clearTimeout(this.#timer)
    this.#timerAt = nextAt
    const wait = Math.max(0, Math.ceil(nextAt - clock.now()))
    this.#timer = clock.setTimeout(() => this.#tick(), wait).unref()
  }

  #tick(): void {
    const now = this.#parts.clock.now()
    this.#timerAt = Infinity
    for (const { path } of this.#book.expire(now)) {
      this.#parts.onHeld(-1)
      this.#parts.onLost(path)
    }
    for (const lease of this.#book.due(now)) void this.#renew(lease, now)
    this.#tickLater()
  }

  async #renew(lease: DueLease, askedAt: number): Promise<void> {
    const { owners, onFault } = this.#parts
    try {
      if (await owners.renew(lease.path, lease.token)) this.#book.renewed(lease, askedAt)
      else this.#lost(lease)
    } catch (error) {
      // It is tried again; when the lease is over meanwhile, it is over.
      onFault(error)
    }
    this.#tickLater()
  }

  #lost({ path, token }: DueLease): void {
    if (this.#drop(path, token)) this.#parts.onLost(path)
  }

  #drop(path: string, token: number): boolean {
    const wasThere = this.#book.drop(path, token)
    if (wasThere) this.#parts.onHeld(-1)
    return wasThere
  }
}
