import { WsError } from '../errors/ws-error.js'
import { byteLength } from '../protocol/byte-length.js'
import type { PresenceChangeFrame, PresenceUser } from '../protocol/documents/document-frames.js'
import type { JsonObject } from '../protocol/documents/document-record.js'
import type { DocumentTimers } from './document-timers.js'

/** The largest state, in bytes of JSON. */
const MAX_STATE_BYTES = 4096

/** How long changes are gathered before they are sent, in milliseconds: 20 times a second is smooth. */
const INTERVAL = 50

/** How long a user without a session stays, in milliseconds: a reload takes less. */
const GRACE = 5_000

/** What a board needs of its room. */
export interface PresenceHost {
  readonly timers: DocumentTimers
  /** Throws a `WsError` for a state that is not valid. */
  readonly check: ((state: JsonObject) => unknown) | undefined
  /** Tells all sessions. */
  broadcast(change: PresenceChangeFrame): void
}

interface Shown {
  /** By session. */
  readonly states: Map<string, JsonObject | null>
  latest: JsonObject | null
  grace: unknown
}

/** Who shows what of themselves. It is no part of the document, and nobody keeps it. */
export class PresenceBoard {
  readonly #host: PresenceHost
  readonly #users = new Map<string, Shown>()
  /** What the sessions have been told. */
  readonly #told = new Map<string, JsonObject>()
  readonly #changed = new Set<string>()
  #timer: unknown

  constructor(host: PresenceHost) {
    this.#host = host
  }

  /** A session of a user came; after a short absence the user is as before. */
  enter(user: string, session: string): void {
    const shown: Shown = this.#users.get(user) ?? {
      states: new Map(),
      latest: null,
      grace: undefined,
    }
    this.#users.set(user, shown)
    if (shown.grace !== undefined) this.#host.timers.clear(shown.grace)
    shown.grace = undefined
    shown.states.set(session, shown.states.get(session) ?? shown.latest)
  }

  /**
   * Takes the new state of a session; `null` for none.
   *
   * @throws WsError 413 when it is too large, 400 or another when the check refuses it
   */
  show(user: string, session: string, state: JsonObject | null): void {
    const shown = this.#users.get(user)
    if (!shown) return
    if (state && byteLength(JSON.stringify(state)) > MAX_STATE_BYTES) {
      throw new WsError(413, `A presence has ${MAX_STATE_BYTES} bytes at most`)
    }
    if (state) this.#host.check?.(state)
    shown.states.set(session, state)
    shown.latest = state ?? lastOf(shown.states)
    this.#note(user)
  }

  /** A session of a user went; the last one's state stays for 5 s. */
  leave(user: string, session: string): void {
    const shown = this.#users.get(user)
    const state = shown?.states.get(session)
    if (!shown?.states.delete(session)) return
    if (shown.states.size > 0) {
      if (state === shown.latest) {
        shown.latest = lastOf(shown.states)
        this.#note(user)
      }
      return
    }
    shown.grace = this.#host.timers.set(() => {
      this.#users.delete(user)
      this.#note(user)
    }, GRACE)
  }

  /** What a user last showed. */
  stateOf(user: string): JsonObject | undefined {
    return this.#users.get(user)?.latest ?? undefined
  }

  /** Who is there, as the sessions have been told. */
  users(): PresenceUser[] {
    return Array.from(this.#told, ([user, state]) => ({ user, state }))
  }

  /** Forgets everyone. */
  close(): void {
    for (const { grace } of this.#users.values()) {
      if (grace !== undefined) this.#host.timers.clear(grace)
    }
    if (this.#timer !== undefined) this.#host.timers.clear(this.#timer)
    this.#users.clear()
    this.#changed.clear()
  }

  #note(user: string): void {
    this.#changed.add(user)
    this.#timer ??= this.#host.timers.set(() => {
      this.#timer = undefined
      this.#tell()
    }, INTERVAL)
  }

  #tell(): void {
    const join: PresenceUser[] = []
    const update: PresenceUser[] = []
    const leave: string[] = []
    for (const user of this.#changed) {
      const state = this.stateOf(user)
      const told = this.#told.get(user)
      if (state === told) continue
      if (!state) {
        this.#told.delete(user)
        leave.push(user)
        continue
      }
      ;(told ? update : join).push({ user, state })
      this.#told.set(user, state)
    }
    this.#changed.clear()
    if (join.length + update.length + leave.length === 0) return
    this.#host.broadcast({
      type: 'presence',
      ...(join.length > 0 && { join }),
      ...(update.length > 0 && { update }),
      ...(leave.length > 0 && { leave }),
    })
  }
}

function lastOf(states: ReadonlyMap<string, JsonObject | null>): JsonObject | null {
  return [...states.values()].findLast((state) => state !== null) ?? null
}
