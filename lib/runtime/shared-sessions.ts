import type { ClockTimer } from '../async/clock.js'
import type {
  LeaseState,
  SessionClaim,
  SessionRecord,
  WsSessionStore,
} from '../transports/sessions/ws-session-store.js'
import type { AppHost } from './app-host.js'
import type { LiveConnection } from './live-connection.js'
import type { RoomRosters } from './room-rosters.js'

/** What shared sessions work with. */
export interface SharedSessionsParts {
  readonly store: WsSessionStore
  readonly host: AppHost
  readonly rosters: Pick<RoomRosters, 'statesOf'>
  /** Milliseconds that a lost connection is kept. */
  readonly window: number
}

/** Milliseconds that changes are gathered: who is lost right after is entered again. */
const GATHER = 20

/** Milliseconds between two looks at what has to be renewed. */
const RENEW_EVERY = 1_000

/** What is saved at once. */
const AT_ONCE = 500

/** Sessions that this process has, kept up to date where others may claim them. */
export class SharedSessions {
  readonly #parts: SharedSessionsParts
  /** Open or lost, the one renewed longest ago first. */
  readonly #all = new Set<LiveConnection>()
  readonly #changed = new Set<LiveConnection>()
  /** What is claimed at present, and the highest turn that was heard of. */
  readonly #claims = new Map<string, { users: number; turn: number }>()
  readonly #saving = new Set<Promise<unknown>>()
  #onClaimed: (token: string, turn: number) => void = () => undefined
  #gather: ClockTimer | undefined
  #renew: ClockTimer | undefined
  readonly #ends: (() => void)[]

  constructor(parts: SharedSessionsParts) {
    this.#parts = parts
    const { store } = parts
    this.#ends = [
      store.onClaimed((token, turn) => this.#claimed(token, turn)),
      // It may have forgotten everything.
      store.onStatus(({ status, previous }) => {
        if (status === 'ready' && previous !== 'connecting') this.#saveAll()
      }),
    ]
  }

  /** Who hears that a session has gone to another process. */
  listen(onClaimed: (token: string, turn: number) => void): void {
    this.#onClaimed = onClaimed
  }

  /** A connection may be continued from now on. */
  begin(connection: LiveConnection): void {
    this.#all.add(connection)
    this.#count()
    this.changed(connection)
    this.#renew ??= this.#parts.host.clock.setTimeout(() => this.#renewSome(), RENEW_EVERY).unref()
  }

  /** Its rooms, or what it may do there, are others now. */
  changed(connection: LiveConnection): void {
    if (!this.#all.has(connection)) return
    this.#changed.add(connection)
    this.#gather ??= this.#parts.host.clock.setTimeout(() => this.#flush(), GATHER).unref()
  }

  /** It was lost, and is kept for its time from now on. */
  lost(connection: LiveConnection): void {
    if (!this.#all.has(connection)) return
    this.#changed.delete(connection)
    this.#save(connection, this.#seconds)
  }

  /** This process has to let go of it, and another may have it. */
  leave(connection: LiveConnection): void {
    this.lost(connection)
    this.#forget(connection)
  }

  /** It is gone for good. */
  ended(connection: LiveConnection): void {
    if (!this.#all.has(connection)) return
    this.#forget(connection)
    const { resumption } = connection
    if (resumption) this.#track(this.#parts.store.remove(resumption.token, resumption.turn))
  }

  /**
   * Takes a session over. Never rejects.
   *
   * @returns `undefined` when there is none; `superseded` when it is another's already; `unknown` when
   * nothing could be found out
   */
  async claim(
    token: string,
    userId: string | undefined,
  ): Promise<SessionClaim | 'superseded' | 'unknown' | undefined> {
    const { store, host } = this.#parts
    const heard = this.#claims.get(token) ?? { users: 0, turn: 0 }
    this.#claims.set(token, heard)
    heard.users++
    try {
      const claim = await store.claim(token, userId, this.#seconds * 2)
      return claim && heard.turn > claim.turn ? 'superseded' : claim
    } catch (error) {
      host.logger.error({ err: error }, 'a session cannot be claimed')
      return 'unknown'
    } finally {
      if (--heard.users === 0) this.#claims.delete(token)
    }
  }

  /** Done when the store has been told of everything. */
  async whenIdle(): Promise<void> {
    this.#flush()
    while (this.#saving.size > 0) await Promise.allSettled(this.#saving)
  }

  /** Hears and tells nothing any more. */
  close(): void {
    const { clock } = this.#parts.host
    clock.clearTimeout(this.#gather)
    clock.clearTimeout(this.#renew)
    for (const end of this.#ends) end()
    this.#all.clear()
    this.#count()
    this.#changed.clear()
  }

  get #seconds(): number {
    return Math.ceil(this.#parts.window / 1000)
  }

  #claimed(token: string, turn: number): void {
    const claim = this.#claims.get(token)
    if (claim) claim.turn = Math.max(claim.turn, turn)
    this.#onClaimed(token, turn)
  }

  #forget(connection: LiveConnection): void {
    this.#all.delete(connection)
    this.#count()
    this.#changed.delete(connection)
  }

  #count(): void {
    const { sessions } = this.#parts.host.counters
    if (sessions) sessions.held = this.#all.size
  }

  #saveAll(): void {
    for (const connection of this.#all) this.changed(connection)
  }

  #flush(): void {
    const { clock } = this.#parts.host
    clock.clearTimeout(this.#gather)
    this.#gather = undefined
    let count = 0
    for (const connection of this.#changed) {
      this.#changed.delete(connection)
      this.#save(connection, this.#seconds * 2)
      if (++count < AT_ONCE) continue
      this.#gather = clock.setTimeout(() => this.#flush(), GATHER).unref()
      return
    }
  }

  #save(connection: LiveConnection, ttl: number): void {
    const { resumption } = connection
    if (!resumption) return
    const { token, turn } = resumption
    const saved = this.#parts.store.save(token, this.#recordOf(connection), { turn, ttl })
    this.#follow(connection, saved)
  }

  /** Each is renewed twice in the time that a lost one is kept: a killed process keeps as long. */
  #renewSome(): void {
    const { store, host, window } = this.#parts
    this.#renew = host.clock.setTimeout(() => this.#renewSome(), RENEW_EVERY).unref()
    let due = Math.ceil((this.#all.size * RENEW_EVERY * 2) / window)
    for (const connection of this.#all) {
      if (due-- === 0) return
      this.#all.delete(connection)
      this.#all.add(connection)
      const { resumption, isOpen } = connection
      if (!resumption || !isOpen) continue
      const { token, turn } = resumption
      this.#follow(connection, store.renew(token, { turn, ttl: this.#seconds * 2 }))
    }
  }

  #follow(connection: LiveConnection, told: Promise<LeaseState>): void {
    const { resumption } = connection
    this.#track(
      told.then((state) => {
        // What it was about may be over, or have gone and come back since.
        if (!this.#all.has(connection) || connection.resumption !== resumption) return
        if (state === 'unknown') this.changed(connection)
        else if (state === 'claimed' && resumption) this.#onClaimed(resumption.token, Infinity)
      }),
    )
  }

  #track(done: Promise<unknown>): void {
    // When the store is back it is told of everything.
    const settled = done
      .catch(() => undefined)
      .finally(() => {
        this.#saving.delete(settled)
      })
    this.#saving.add(settled)
  }

  #recordOf(connection: LiveConnection): SessionRecord {
    const { rooms } = this.#parts.host
    const states = this.#parts.rosters.statesOf(connection)
    return {
      ...{ userId: connection.userId, connection: connection.id },
      rooms: [...connection.rooms].map((room) => ({
        ...{ room, access: rooms.access(connection, room) ?? 'write' },
        ...(states.has(room) && { state: states.get(room) }),
      })),
    }
  }
}
