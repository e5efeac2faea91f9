import { createHash } from 'node:crypto'
import type { TransportStatus, TransportStatusChange } from '../broadcast-transport.js'
import { Listeners } from '../managed/listeners.js'
import { StoreLink, type StoreOptions } from '../managed/store-link.js'
import type {
  LeaseState,
  SessionClaim,
  SessionLease,
  SessionRecord,
  WsSessionStore,
} from '../sessions/ws-session-store.js'
import { connectWith } from './connect-with.js'
import { resolveRedisOptions, type RedisConnectionOptions } from './redis-options.js'
import type { RedisScript } from './redis-script.js'
import type { RedisSession } from './redis-session.js'
import { CLAIM, REMOVE, RENEW, SAVE } from './session-scripts.js'

/** What {@link RedisSessionStore} takes; everything has a default. */
export interface RedisSessionStoreOptions extends RedisConnectionOptions, StoreOptions {}

const SCRIPTS = [SAVE, RENEW, CLAIM, REMOVE].map(({ text }) => text)

/**
 * Keeps the sessions of connections in Redis, so that a client that comes to another process goes on
 * there. Needs the package `ioredis`. Tokens are not in Redis, only their SHA-256.
 *
 * @example
 * ```ts
 * const sessions = new RedisSessionStore({ url: 'redis://localhost:6379' })
 * const app = createWsApp({ controllers: [ChatController], recovery: { sessions } })
 * ```
 */
export class RedisSessionStore implements WsSessionStore {
  readonly #owner = crypto.randomUUID()
  readonly #link: StoreLink<RedisSession>
  readonly #listeners: Listeners<[token: string, turn: number]>
  /** The tokens of this process, by their hash. */
  readonly #tokens = new Map<string, string>()

  /** @throws TypeError when an option is not what it may be */
  constructor(options: RedisSessionStoreOptions = {}) {
    this.#link = new StoreLink(connectWith(resolveRedisOptions(options), SCRIPTS), options)
    this.#listeners = new Listeners(options.onError ?? (() => undefined))
    const hear = (payload: string): void => this.#hear(payload)
    // It rejects when the store is closed before it could connect.
    Promise.resolve(this.#link.transport.subscribe(channelOf(this.#owner), hear)).catch(
      () => undefined,
    )
  }

  get status(): TransportStatus {
    return this.#link.status
  }

  /** @returns a function that ends the listening */
  onStatus(listener: (change: TransportStatusChange) => void): () => void {
    return this.#link.onStatus(listener)
  }

  /** Done when the status is `ready`; rejects when it is closed before that. */
  ready(): Promise<void> {
    return this.#link.ready()
  }

  async save(token: string, record: SessionRecord, lease: SessionLease): Promise<LeaseState> {
    const { turn, ttl } = lease
    const user = userText(record.userId)
    const text = JSON.stringify(record)
    this.#tokens.set(hashOf(token), token)
    return this.#told(token, await this.#run(SAVE, token, [turn, this.#owner, ttl, user, text]))
  }

  async renew(token: string, { turn, ttl }: SessionLease): Promise<LeaseState> {
    return this.#told(token, await this.#run(RENEW, token, [turn, ttl]))
  }

  async claim(
    token: string,
    userId: string | undefined,
    ttl: number,
  ): Promise<SessionClaim | undefined> {
    const found = await this.#run(CLAIM, token, [userText(userId), this.#owner, ttl])
    const [turn, owner, record] = found as [number?, string?, string?]
    if (turn === undefined || owner === undefined || record === undefined) return undefined
    const hash = hashOf(token)
    this.#tokens.set(hash, token)
    const isOwn = owner === this.#owner
    if (!isOwn) this.#link.transport.publish(channelOf(owner), `${hash} ${turn}`)
    return { turn, isOwn, record: JSON.parse(record) as SessionRecord }
  }

  async remove(token: string, turn: number): Promise<void> {
    this.#tokens.delete(hashOf(token))
    await this.#run(REMOVE, token, [turn])
  }

  onClaimed(listener: (token: string, turn: number) => void): () => void {
    return this.#listeners.add(([token, turn]) => listener(token, turn))
  }

  /** Ends the connection. Then nothing of it keeps the process alive. */
  close(): Promise<void> {
    return this.#link.close()
  }

  /** For containers that dispose of what they made: the same as `close`. */
  dispose(): Promise<void> {
    return this.close()
  }

  #run(script: RedisScript, token: string, args: readonly (string | number)[]): Promise<unknown> {
    const place = hashOf(token)
    return this.#link.ask((session) =>
      script.run(session, place, { keys: [session.nameOf(place, 'session:')], args }),
    )
  }

  #told(token: string, answer: unknown): LeaseState {
    if (answer === 1) return 'kept'
    if (answer !== 0) return 'unknown'
    this.#tokens.delete(hashOf(token))
    return 'claimed'
  }

  #hear(payload: string): void {
    const [hash = '', turn] = payload.split(' ')
    const token = this.#tokens.get(hash)
    if (token === undefined) return
    this.#tokens.delete(hash)
    this.#listeners.emit([token, Number(turn)])
  }
}

function channelOf(owner: string): string {
  return `sessions:${owner}`
}

/** Who reads what Redis has must not be able to take over connections. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

/** Nobody is none of those whose name is empty. */
function userText(userId: string | undefined): string {
  return userId === undefined ? '' : `=${userId}`
}
