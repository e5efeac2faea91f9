import { systemClock, type Clock } from '../async/clock.js'
import { WsStoreError } from '../errors/ws-store-error.js'
import { Listeners } from '../transports/managed/listeners.js'
import type { DocumentLease, DocumentOwners } from '../transports/owners/document-owners.js'
import { OWNERS_TTL } from './kept-owners.js'
import type { StoreRequest } from './worker-messages.js'

/** Milliseconds in which a supervisor answers: two renewals may fail before a lease is over. */
const PATIENCE = 1_500

/** Owners of documents, as the supervisor knows them. */
export class LinkOwners implements DocumentOwners {
  readonly ttl = OWNERS_TTL
  readonly #ask: (request: StoreRequest) => Promise<unknown>
  readonly #clock: Clock
  readonly #gone = new Listeners<string>(() => undefined)

  /** @param ask asks the supervisor */
  constructor(ask: (request: StoreRequest) => Promise<unknown>, clock: Clock = systemClock) {
    this.#ask = ask
    this.#clock = clock
  }

  claim(path: string, node: string): Promise<DocumentLease> {
    return this.#inTime({ do: 'claimDocument', path, node }) as Promise<DocumentLease>
  }

  renew(path: string, token: number): Promise<boolean> {
    return this.#inTime({ do: 'renewDocument', path, token }) as Promise<boolean>
  }

  async release(path: string, token: number): Promise<void> {
    await this.#inTime({ do: 'releaseDocument', path, token })
  }

  onGone(listener: (node: string) => void): () => void {
    return this.#gone.add(listener)
  }

  /** The process of a node has ended. */
  gone(node: string): void {
    this.#gone.emit(node)
  }

  async #inTime(request: StoreRequest): Promise<unknown> {
    const clock = this.#clock
    let late: () => void = () => undefined
    const timer = clock.setTimeout(() => late(), PATIENCE).unref()
    const over = new Promise<never>((_resolve, reject) => {
      late = () => reject(new WsStoreError('late', 'the supervisor does not answer'))
    })
    try {
      return await Promise.race([this.#ask(request), over])
    } finally {
      clock.clearTimeout(timer)
    }
  }
}
