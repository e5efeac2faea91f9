import { systemClock, type Clock } from '../../async/clock.js'
import { Listeners } from '../managed/listeners.js'
import { MemorySessionHub, type HeldSession } from './memory-session-hub.js'
import type {
  LeaseState,
  SessionClaim,
  SessionLease,
  SessionRecord,
  WsSessionStore,
} from './ws-session-store.js'

/**
 * Sessions that several apps of one process share, for tests and for apps that listen on two ports. Each
 * app has a store of its own; what they share is the hub.
 *
 * @example
 * ```ts
 * const hub = new MemorySessionHub()
 * createWsApp({ controllers, recovery: { sessions: new MemorySessionStore(hub) } })
 * createWsApp({ controllers, recovery: { sessions: new MemorySessionStore(hub) } })
 * ```
 */
export class MemorySessionStore implements WsSessionStore {
  readonly status = 'ready'
  readonly #hub: MemorySessionHub
  readonly #clock: Clock
  readonly #listeners = new Listeners<[token: string, turn: number]>(() => undefined)

  /**
   * @param hub what the connected stores share; default: one of its own
   * @param clock where the time comes from; default: this machine
   */
  constructor(hub: MemorySessionHub = new MemorySessionHub(), clock: Clock = systemClock) {
    this.#hub = hub
    this.#clock = clock
    hub.hear(this, (token, turn) => this.#listeners.emit([token, turn]))
  }

  /** Its status never changes. */
  onStatus(): () => void {
    return () => undefined
  }

  save(token: string, record: SessionRecord, lease: SessionLease): Promise<LeaseState> {
    return Promise.resolve(this.#keep(token, lease, record))
  }

  renew(token: string, lease: SessionLease): Promise<LeaseState> {
    const known = this.#hub.get(token)
    return Promise.resolve(known ? this.#keep(token, lease, known.record) : 'unknown')
  }

  claim(token: string, userId: string | undefined, ttl: number): Promise<SessionClaim | undefined> {
    const known = this.#hub.get(token)
    if (!known || known.record.userId !== userId) return Promise.resolve(undefined)
    const { record, owner } = known
    const turn = known.turn + 1
    const isOwn = owner === this
    this.#hub.set(token, { turn, record, owner: this }, ttl, this.#clock)
    if (!isOwn) this.#hub.tell(owner, token, turn)
    return Promise.resolve({ turn, record, isOwn })
  }

  remove(token: string, turn: number): Promise<void> {
    const known = this.#hub.get(token)
    if (known && known.turn <= turn) this.#hub.delete(token, this.#clock)
    return Promise.resolve()
  }

  onClaimed(listener: (token: string, turn: number) => void): () => void {
    return this.#listeners.add(([token, turn]) => listener(token, turn))
  }

  /** Hears no more of what others claim. What it has kept stays, for them. */
  close(): void {
    this.#hub.forget(this)
  }

  #keep(token: string, { turn, ttl }: SessionLease, given: SessionRecord): LeaseState {
    const known: HeldSession | undefined = this.#hub.get(token)
    if (known && known.turn > turn) return 'claimed'
    // What is shared is what JSON would carry to another process.
    const record = JSON.parse(JSON.stringify(given)) as SessionRecord
    this.#hub.set(token, { turn, record, owner: this }, ttl, this.#clock)
    return 'kept'
  }
}
