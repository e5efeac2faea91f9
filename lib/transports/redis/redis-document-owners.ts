import { showValue } from '../../errors/show-value.js'
import type { TransportStatus, TransportStatusChange } from '../broadcast-transport.js'
import { StoreLink, type StoreOptions } from '../managed/store-link.js'
import type { DocumentLease, DocumentOwners } from '../owners/document-owners.js'
import { connectWith } from './connect-with.js'
import { CLAIM_DOCUMENT, RELEASE_DOCUMENT, RENEW_DOCUMENT } from './owner-scripts.js'
import { resolveRedisOptions, type RedisConnectionOptions } from './redis-options.js'
import type { RedisScript } from './redis-script.js'
import type { RedisSession } from './redis-session.js'

/** How long a lease lasts by default, in milliseconds: three renewals, each with a second to answer. */
const DEFAULT_TTL = 6_000
const SHORTEST_TTL = 1_000

/** What {@link RedisDocumentOwners} takes; everything has a default. */
export interface RedisDocumentOwnersOptions extends RedisConnectionOptions, StoreOptions {
  /**
   * How long a document belongs to a process that says nothing more, in milliseconds, from 1,000: as long
   * its clients wait after a `kill -9`. Default: 6,000.
   */
  readonly ttl?: number
}

const SCRIPTS = [CLAIM_DOCUMENT, RENEW_DOCUMENT, RELEASE_DOCUMENT].map(({ text }) => text)

/**
 * Gives each document one owner among several processes, by a lease in Redis. Needs the package `ioredis`,
 * and a broadcast transport for what the processes say to each other.
 *
 * @example
 * ```ts
 * const owners = new RedisDocumentOwners({ url: 'redis://localhost:6379' })
 *
 * @Document('/board/:board', { records: { shape: Shape }, storage, owners })
 * class BoardDocument {}
 * ```
 */
export class RedisDocumentOwners implements DocumentOwners {
  readonly ttl: number
  readonly #link: StoreLink<RedisSession>

  /** @throws TypeError when an option is not what it may be */
  constructor({ ttl = DEFAULT_TTL, ...options }: RedisDocumentOwnersOptions = {}) {
    if (!(Number.isSafeInteger(ttl) && ttl >= SHORTEST_TTL)) {
      throw new TypeError(`ttl: ${showValue(ttl)} is no whole number from ${SHORTEST_TTL}`)
    }
    this.ttl = ttl
    this.#link = new StoreLink(connectWith(resolveRedisOptions(options), SCRIPTS), options)
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

  async claim(path: string, node: string): Promise<DocumentLease> {
    const [owner, token] = (await this.#run(CLAIM_DOCUMENT, path, [node, this.ttl])) as [
      string,
      string,
    ]
    return { owner, token: Number(token) }
  }

  async renew(path: string, token: number): Promise<boolean> {
    return (await this.#run(RENEW_DOCUMENT, path, [token, this.ttl])) === 1
  }

  async release(path: string, token: number): Promise<void> {
    await this.#run(RELEASE_DOCUMENT, path, [token])
  }

  /** Ends the connection. Then nothing of it keeps the process alive. */
  close(): Promise<void> {
    return this.#link.close()
  }

  /** For containers that dispose of what they made: the same as `close`. */
  dispose(): Promise<void> {
    return this.close()
  }

  #run(script: RedisScript, path: string, args: readonly (string | number)[]): Promise<unknown> {
    return this.#link.ask((session) =>
      script.run(session, path, { keys: [session.nameOf(path, 'owner:')], args }),
    )
  }
}
