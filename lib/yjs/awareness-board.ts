import type { DocumentTimers } from '../documents/document-timers.js'
import type { AwarenessEntry } from './wire.js'

/** How long changes are gathered before they are sent, in milliseconds: 20 times a second is smooth. */
const INTERVAL = 50

/** A provider says every 15 s that it is there: after three times in silence it is forgotten. */
const SWEEP_INTERVAL = 15_000
const MAX_SILENCE = 3

/** Of how many clients that have gone the last clock is known. */
const MAX_GONE = 1_024

/** Who says something of a client: a session of this process, or another process. */
export interface Speaker {
  /** The client that is its own, and what is added to the clocks it sends. */
  own:
    { readonly client: number; readonly offset: number; readonly isGreeting: boolean } | undefined
  /** What came before anything else of it. */
  hasSpoken: boolean
  readonly user: string
}

/** What another process has heard of a client. */
export interface RemoteEntry extends AwarenessEntry {
  readonly user: string
}

/** What a board needs of its engine. */
export interface BoardHost {
  readonly timers: DocumentTimers
  /** Tells all sessions; `local` are the entries that the other processes do not have. */
  changed(entries: readonly AwarenessEntry[], local: readonly RemoteEntry[]): void
  /** Now and then, as long as anybody is there. */
  tick(): void
}

interface Shown {
  clock: number
  state: string
  silence: number
  readonly user: string
  /** A session of this process, or the id of another. */
  readonly by: Speaker | string
}

/**
 * What the clients of a document show of themselves. A provider passes on what it heard of others:
 * only what comes from the client itself counts, and a client belongs to the session that greeted
 * with it.
 */
export class AwarenessBoard {
  readonly #host: BoardHost
  readonly #shown = new Map<number, Shown>()
  /** The last clocks of those who have gone, oldest first. */
  readonly #gone = new Map<number, number>()
  /** Whether it was a session of this process that changed it. */
  readonly #changed = new Map<number, boolean>()
  #timer: unknown
  #sweep: unknown

  constructor(host: BoardHost) {
    this.#host = host
  }

  /** What everybody shows. */
  entries(): AwarenessEntry[] {
    return [...this.#shown].map(([client, { clock, state }]) => ({ client, clock, state }))
  }

  /** What the sessions of this process show. */
  local(): RemoteEntry[] {
    return [...this.#shown].flatMap(([client, { by, clock, state, user }]) =>
      typeof by === 'string' ? [] : [{ client, clock, state, user }],
    )
  }

  /** A session says what it shows, among what it has heard. */
  take(speaker: Speaker, entries: readonly AwarenessEntry[]): void {
    const isGreeting = !speaker.hasSpoken && entries.length === 1
    speaker.hasSpoken = true
    for (const entry of entries) {
      if (!speaker.own && entry.state !== null) this.#claim(speaker, entry, isGreeting)
      if (entry.client === speaker.own?.client) this.#show(speaker, entry, speaker.own.offset)
    }
  }

  /** A session has gone, and with it what it showed. */
  leave(speaker: Speaker): void {
    const { own } = speaker
    speaker.own = undefined
    if (own && this.#shown.get(own.client)?.by === speaker) this.#remove(own.client)
  }

  /** Another process says what its sessions show. */
  takeFrom(node: string, entries: readonly RemoteEntry[]): void {
    for (const { client, clock, state, user } of entries) {
      const shown = this.#shown.get(client)
      if (state === null) {
        if (shown?.by === node) this.#remove(client, clock)
        // It is here now, and who hears both has to believe this process.
        else if (shown && clock >= shown.clock) this.#outbid(client, shown, clock)
      } else if (shown && typeof shown.by !== 'string') {
        // The same client has connected there; what is here has not noticed its end yet.
        if (user !== shown.user || clock <= shown.clock) continue
        shown.by.own = undefined
        this.#set(client, { clock, state, user, by: node, silence: 0 })
      } else if (clock > (shown?.clock ?? this.#gone.get(client) ?? -1)) {
        this.#set(client, { clock, state, user, by: node, silence: 0 })
      } else if (shown?.by === node) shown.silence = 0
    }
  }

  /** Another process has gone. */
  leaveAll(node: string): void {
    for (const [client, { by }] of this.#shown) if (by === node) this.#remove(client)
  }

  /** Begins to look for clients that say nothing any more. */
  start(): void {
    this.#sweep ??= this.#host.timers.set(() => {
      this.#sweep = undefined
      for (const [client, shown] of this.#shown) {
        if (++shown.silence > MAX_SILENCE) this.#remove(client)
      }
      this.start()
      this.#host.tick()
    }, SWEEP_INTERVAL)
  }

  /** Says nothing more, until `start`. */
  stop(): void {
    for (const timer of [this.#timer, this.#sweep]) {
      if (timer !== undefined) this.#host.timers.clear(timer)
    }
    this.#timer = this.#sweep = undefined
  }

  #claim(speaker: Speaker, { client, clock }: AwarenessEntry, isGreeting: boolean): void {
    const shown = this.#shown.get(client)
    if (shown && !this.#mayTake(speaker, shown, isGreeting)) return
    if (shown && typeof shown.by !== 'string') shown.by.own = undefined
    const last = shown?.clock ?? this.#gone.get(client) ?? -1
    // A client that comes back goes on where it was, which the others take for old.
    speaker.own = { client, offset: Math.max(0, last + 1 - clock), isGreeting }
  }

  #mayTake(speaker: Speaker, { by, user }: Shown, isGreeting: boolean): boolean {
    if (user === speaker.user) return isGreeting
    // Somebody who passed it on before it came itself has no right to it.
    return isGreeting && typeof by !== 'string' && by.own?.isGreeting === false
  }

  #show(speaker: Speaker, { client, clock, state }: AwarenessEntry, offset: number): void {
    const shown = this.#shown.get(client)
    const next = clock + offset
    if (state === null) {
      if (shown && next >= shown.clock) this.#remove(client, next)
      return
    }
    if (shown?.by === speaker && next <= shown.clock) return
    this.#set(client, { clock: next, state, user: speaker.user, by: speaker, silence: 0 })
  }

  #outbid(client: number, shown: Shown, clock: number): void {
    const { by } = shown
    if (typeof by === 'string' || !by.own) return
    const raise = clock + 1 - shown.clock
    shown.clock += raise
    by.own = { ...by.own, offset: by.own.offset + raise }
    this.#note(client, shown)
  }

  #set(client: number, shown: Shown): void {
    this.#shown.set(client, shown)
    this.#gone.delete(client)
    this.#note(client, shown)
  }

  #remove(client: number, clock = 0): void {
    const shown = this.#shown.get(client)
    if (!shown) return
    this.#shown.delete(client)
    this.#gone.set(client, Math.max(clock, shown.clock + 1))
    const [oldest] = this.#gone.keys()
    if (this.#gone.size > MAX_GONE && oldest !== undefined) this.#gone.delete(oldest)
    this.#note(client, shown)
  }

  #note(client: number, { by }: Shown): void {
    this.#changed.set(client, typeof by !== 'string')
    this.#timer ??= this.#host.timers.set(() => {
      this.#timer = undefined
      this.#flush()
    }, INTERVAL)
  }

  #flush(): void {
    const entries: AwarenessEntry[] = []
    const local: RemoteEntry[] = []
    for (const [client, isLocal] of this.#changed) {
      const shown = this.#shown.get(client)
      const clock = shown?.clock ?? this.#gone.get(client) ?? 0
      const entry = { client, clock, state: shown?.state ?? null }
      entries.push(entry)
      if (isLocal) local.push({ ...entry, user: shown?.user ?? '' })
    }
    this.#changed.clear()
    this.#host.changed(entries, local)
  }
}
