import type { TransportStatus, TransportStatusChange } from '../broadcast-transport.js'
import { countAnswer, startStoreCounters, type StoreCounters } from '../managed/store-counters.js'
import type {
  LeaseState,
  SessionClaim,
  SessionLease,
  SessionRecord,
  WsSessionStore,
} from './ws-session-store.js'

/** What an app has counted of its session store. */
export interface SessionCounters extends StoreCounters {
  /** Sessions that this process has now. */
  held: number
  /** Sessions that were written, each time. */
  saved: number
  /** Sessions that clients came back for, and that were there. */
  found: number
  /** Sessions that clients came back for, and that were not: unknown, forgotten, or of another user. */
  missing: number
  /** Sessions that this process had, and that another one goes on with. */
  taken: number
}

/** A session store of which is counted what it is asked. */
export class CountedSessionStore implements WsSessionStore {
  readonly counters: SessionCounters
  readonly #store: WsSessionStore

  constructor(store: WsSessionStore) {
    this.#store = store
    const own = { held: 0, saved: 0, found: 0, missing: 0, taken: 0 }
    this.counters = Object.assign(startStoreCounters(store), own)
  }

  get status(): TransportStatus {
    return this.#store.status
  }

  onStatus(listener: (change: TransportStatusChange) => void): () => void {
    return this.#store.onStatus(listener)
  }

  async save(token: string, record: SessionRecord, lease: SessionLease): Promise<LeaseState> {
    const state = await countAnswer(this.counters, this.#store.save(token, record, lease))
    if (state === 'kept') this.counters.saved++
    return state
  }

  renew(token: string, lease: SessionLease): Promise<LeaseState> {
    return countAnswer(this.counters, this.#store.renew(token, lease))
  }

  async claim(
    token: string,
    userId: string | undefined,
    ttl: number,
  ): Promise<SessionClaim | undefined> {
    const claim = await countAnswer(this.counters, this.#store.claim(token, userId, ttl))
    this.counters[claim ? 'found' : 'missing']++
    return claim
  }

  remove(token: string, turn: number): Promise<void> {
    return countAnswer(this.counters, this.#store.remove(token, turn))
  }

  onClaimed(listener: (token: string, turn: number) => void): () => void {
    return this.#store.onClaimed(listener)
  }
}
