import { showValue } from '../../errors/show-value.js'
import { WsStoreError } from '../../errors/ws-store-error.js'
import type { TransportStatus, TransportStatusChange } from '../broadcast-transport.js'
import type { BroadcastDriver, BroadcastSession, SessionEvents } from './broadcast-driver.js'
import { ManagedTransport } from './managed-transport.js'

/** What every store that is reached over a broker's connection takes. */
export interface StoreOptions {
  /** Milliseconds in which the store has to answer. Default: 1,000. */
  readonly timeout?: number
  /** Hears of listeners that throw. Default: nobody does. */
  readonly onError?: (error: unknown) => void
}

/** Connects, once, as a {@link BroadcastDriver} does. */
export type StoreConnect<S extends BroadcastSession> = (
  events: SessionEvents,
  signal: AbortSignal,
) => Promise<S>

/** A managed transport, and the session it has at present: by that a store is asked. */
export class StoreLink<S extends BroadcastSession> {
  readonly transport: ManagedTransport
  readonly #timeout: number
  readonly #asked = new Set<Promise<unknown>>()
  #session: S | undefined
  /**
   * The session that has not answered anything since an answer was late. When its probes are missed, too, it
   * is asked for nothing more: all of it would be kept until the connection is given up.
   */
  #hung: S | undefined

  /** @throws TypeError when an option is not what it may be */
  constructor(connect: StoreConnect<S>, { timeout = 1_000, onError }: StoreOptions) {
    if (!(typeof timeout === 'number' && timeout > 0)) {
      throw new TypeError(`timeout: ${showValue(timeout)} is no number of milliseconds`)
    }
    this.#timeout = timeout
    const driver: BroadcastDriver = {
      connect: async (events, signal) => (this.#session = await connect(events, signal)),
    }
    this.transport = new ManagedTransport(driver, onError ? { onError } : {})
  }

  get status(): TransportStatus {
    return this.transport.status
  }

  /** @returns a function that ends the listening */
  onStatus(listener: (change: TransportStatusChange) => void): () => void {
    return this.transport.onStatus(listener)
  }

  /** Done when the status is `ready`; rejects when it is closed before that. */
  ready(): Promise<void> {
    return this.transport.ready()
  }

  /** Ends the connection, when what was asked has been answered or is late. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#asked)
    await this.transport.close()
  }

  /**
   * Asks the store.
   *
   * @throws WsStoreError whatever goes wrong; rejects with it
   */
  ask<T>(work: (session: S) => Promise<T>): Promise<T> {
    const answer = this.#ask(work).finally(() => this.#asked.delete(answer))
    this.#asked.add(answer)
    return answer
  }

  async #ask<T>(work: (session: S) => Promise<T>): Promise<T> {
    const session = this.#session
    if (!session || this.status === 'down' || this.status === 'connecting') {
      throw new WsStoreError('down', 'the store is out of reach')
    }
    if (session === this.#hung && this.status === 'degraded') {
      throw new WsStoreError('late', 'the store has stopped answering')
    }
    const answer = work(session)
    const settled = (): void => {
      if (session === this.#hung) this.#hung = undefined
    }
    answer.then(settled, settled)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      const tell = (): void => {
        this.#hung = session
        reject(new WsStoreError('late', `the store did not answer within ${this.#timeout} ms`))
      }
      timer = setTimeout(tell, this.#timeout).unref()
    })
    try {
      return await Promise.race([answer, late])
    } catch (cause) {
      if (cause instanceof WsStoreError) throw cause
      const fault = session === this.#session && this.status === 'ready' ? 'refused' : 'down'
      throw new WsStoreError(fault, `the store failed: ${(cause as Error).message}`, { cause })
    } finally {
      clearTimeout(timer)
    }
  }
}
