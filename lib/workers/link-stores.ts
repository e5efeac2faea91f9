import { WsStoreError } from '../errors/ws-store-error.js'
import type { RoomPosition } from '../protocol/v1.js'
import type { TransportStatus, TransportStatusChange } from '../transports/broadcast-transport.js'
import { EntryHandlers, type EntryHandler } from '../transports/history/entry-handlers.js'
import type {
  HistoryAppend,
  HistoryBounds,
  HistoryPage,
  WsHistory,
} from '../transports/history/ws-history.js'
import { Listeners } from '../transports/managed/listeners.js'
import type {
  LeaseState,
  SessionClaim,
  SessionLease,
  SessionRecord,
  WsSessionStore,
} from '../transports/sessions/ws-session-store.js'
import { LinkOwners } from './link-owners.js'
import type { StoreRequest, SupervisorMessage } from './worker-messages.js'

/** Asks the supervisor's stores; `tag` is that of the answer. */
export type SendRequest = (tag: number, request: StoreRequest) => void

type StoreMessage = Extract<
  SupervisorMessage,
  { enfilade: 'stored' | 'entry' | 'claimed' | 'gone' }
>

interface Waiting {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: Error) => void
}

/** The stores that a supervisor keeps, for one app of a worker. */
export class LinkStores {
  readonly history: WsHistory
  readonly sessions: WsSessionStore
  readonly owners: LinkOwners
  readonly #line: Line
  readonly #entries = new EntryHandlers()
  readonly #claims = new Listeners<[token: string, turn: number]>(() => undefined)

  constructor(send: SendRequest) {
    this.#line = new Line(send)
    this.history = new LinkHistory(this.#line, this.#entries)
    this.sessions = new LinkSessions(this.#line, this.#claims)
    this.owners = new LinkOwners((request) => this.#line.ask(request))
  }

  /** What the supervisor says. */
  receive(message: StoreMessage): void {
    if (message.enfilade === 'stored') this.#line.answer(message.tag, message.answer)
    else if (message.enfilade === 'entry') this.#entries.hand(message.room, message.entry)
    else if (message.enfilade === 'gone') this.owners.gone(message.node)
    else this.#claims.emit([message.token, message.turn])
  }

  /** The supervisor is gone. */
  lost(): void {
    this.#line.lost()
  }
}

/** Requests and their answers. */
class Line {
  readonly #send: SendRequest
  readonly #waiting = new Map<number, Waiting>()
  readonly #listeners = new Listeners<TransportStatusChange>(() => undefined)
  #last = 0
  #cause: Error | undefined

  constructor(send: SendRequest) {
    this.#send = send
  }

  get status(): TransportStatus {
    return this.#cause ? 'down' : 'ready'
  }

  onStatus(listener: (change: TransportStatusChange) => void): () => void {
    return this.#listeners.add(listener)
  }

  ask(request: StoreRequest): Promise<unknown> {
    if (this.#cause) return Promise.reject(this.#cause)
    const tag = ++this.#last
    return new Promise((resolve, reject) => {
      this.#waiting.set(tag, { resolve, reject })
      this.#send(tag, request)
    })
  }

  answer(tag: number, answer: unknown): void {
    this.#waiting.get(tag)?.resolve(answer)
    this.#waiting.delete(tag)
  }

  lost(): void {
    if (this.#cause) return
    const cause = (this.#cause = new WsStoreError('down', 'the supervisor is gone'))
    for (const { reject } of this.#waiting.values()) reject(cause)
    this.#waiting.clear()
    this.#listeners.emit({ status: 'down', previous: 'ready', cause })
  }
}

class LinkHistory implements WsHistory {
  readonly #line: Line
  readonly #handlers: EntryHandlers
  /** Of each room that is heard of: done when it is. */
  readonly #subscribed = new Map<string, Promise<void>>()

  constructor(line: Line, handlers: EntryHandlers) {
    this.#line = line
    this.#handlers = handlers
  }

  get status(): TransportStatus {
    return this.#line.status
  }

  onStatus(listener: (change: TransportStatusChange) => void): () => void {
    return this.#line.onStatus(listener)
  }

  async append(room: string, payload: string, how: HistoryAppend): Promise<void> {
    await this.#line.ask({ do: 'append', room, payload, how })
  }

  read(room: string, since: RoomPosition | undefined, bounds: HistoryBounds): Promise<HistoryPage> {
    return this.#line.ask({ do: 'read', room, since, bounds }) as Promise<HistoryPage>
  }

  async restart(room: string, bounds: HistoryBounds, epoch?: string): Promise<void> {
    await this.#line.ask({ do: 'restart', room, bounds, epoch })
  }

  subscribe(room: string, handler: EntryHandler): Promise<void> {
    this.#handlers.add(room, handler)
    const known = this.#subscribed.get(room)
    if (known) return known
    const done = this.#tell('subscribe', room)
    this.#subscribed.set(room, done)
    return done
  }

  unsubscribe(room: string, handler: EntryHandler): void {
    if (!this.#handlers.remove(room, handler)) return
    this.#subscribed.delete(room)
    void this.#tell('unsubscribe', room)
  }

  /** Without a supervisor nothing is heard, and nothing has to be told. */
  async #tell(what: 'subscribe' | 'unsubscribe', room: string): Promise<void> {
    await this.#line.ask({ do: what, room }).catch(() => undefined)
  }
}

class LinkSessions implements WsSessionStore {
  readonly #line: Line
  readonly #claims: Listeners<[token: string, turn: number]>

  constructor(line: Line, claims: Listeners<[token: string, turn: number]>) {
    this.#line = line
    this.#claims = claims
  }

  get status(): TransportStatus {
    return this.#line.status
  }

  onStatus(listener: (change: TransportStatusChange) => void): () => void {
    return this.#line.onStatus(listener)
  }

  save(token: string, record: SessionRecord, lease: SessionLease): Promise<LeaseState> {
    return this.#line.ask({ do: 'save', token, record, lease }) as Promise<LeaseState>
  }

  renew(token: string, lease: SessionLease): Promise<LeaseState> {
    return this.#line.ask({ do: 'renew', token, lease }) as Promise<LeaseState>
  }

  claim(token: string, userId: string | undefined, ttl: number): Promise<SessionClaim | undefined> {
    const claimed = this.#line.ask({ do: 'claim', token, userId, ttl })
    return claimed as Promise<SessionClaim | undefined>
  }

  async remove(token: string, turn: number): Promise<void> {
    await this.#line.ask({ do: 'remove', token, turn })
  }

  onClaimed(listener: (token: string, turn: number) => void): () => void {
    return this.#claims.add(([token, turn]) => listener(token, turn))
  }
}
