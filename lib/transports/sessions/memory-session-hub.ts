import type { Clock, ClockTimer } from '../../async/clock.js'
import type { SessionRecord } from './ws-session-store.js'

/** A session, and whose it is. */
export interface HeldSession {
  turn: number
  owner: object
  record: SessionRecord
  timer: ClockTimer | undefined
}

/** What the session stores of one process share. */
export class MemorySessionHub {
  readonly #sessions = new Map<string, HeldSession>()
  readonly #owners = new Map<object, (token: string, turn: number) => void>()

  /** How many sessions are kept. */
  get size(): number {
    return this.#sessions.size
  }

  /** @internal */
  get(token: string): HeldSession | undefined {
    return this.#sessions.get(token)
  }

  /** @internal */
  set(token: string, session: Omit<HeldSession, 'timer'>, ttl: number, clock: Clock): void {
    this.delete(token, clock)
    const timer = clock.setTimeout(() => void this.#sessions.delete(token), ttl * 1000).unref()
    this.#sessions.set(token, { ...session, timer })
  }

  /** @internal */
  delete(token: string, clock: Clock): void {
    clock.clearTimeout(this.#sessions.get(token)?.timer)
    this.#sessions.delete(token)
  }

  /** @internal */
  hear(owner: object, claimed: (token: string, turn: number) => void): void {
    this.#owners.set(owner, claimed)
  }

  /** @internal */
  forget(owner: object): void {
    this.#owners.delete(owner)
  }

  /** @internal */
  tell(owner: object, token: string, turn: number): void {
    // Later in this turn, as a broker would.
    queueMicrotask(() => this.#owners.get(owner)?.(token, turn))
  }
}
