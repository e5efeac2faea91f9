import {
  WsStoreError,
  type HistoryAppend,
  type HistoryBounds,
  type HistoryEntry,
  type HistoryPage,
  type TransportStatus,
  type TransportStatusChange,
  type WsHistory,
} from 'enfilade'

type Handler = (entry: HistoryEntry) => void

/** One process's way to a history, which can be cut, or hang. */
export class FaultyHistory implements WsHistory {
  status: TransportStatus = 'ready'
  /** Whether it answers nothing: what is asked waits. */
  isHanging = false
  /** How often it was asked. */
  asked = 0
  readonly #history: WsHistory
  readonly #listeners = new Set<(change: TransportStatusChange) => void>()
  readonly #waiting: (() => void)[] = []

  constructor(history: WsHistory) {
    this.#history = history
  }

  /** The connection breaks: what others append is not heard. */
  cut(): void {
    this.#become('down')
  }

  /** The connection is back; what came meanwhile is not handed over. */
  mend(): void {
    this.#become('ready')
  }

  /** It answers again, and does what it was asked before. */
  wake(): void {
    this.isHanging = false
    for (const go of this.#waiting.splice(0)) go()
  }

  onStatus(listener: (change: TransportStatusChange) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  append(room: string, payload: string, how: HistoryAppend): Promise<void> {
    return this.#ask(() => this.#history.append(room, payload, how))
  }

  read(
    room: string,
    since: { epoch: string; seq: number } | undefined,
    bounds: HistoryBounds,
  ): Promise<HistoryPage> {
    return this.#ask(() => this.#history.read(room, since, bounds))
  }

  restart(room: string, bounds: HistoryBounds, epoch?: string): Promise<void> {
    return this.#ask(() => this.#history.restart(room, bounds, epoch))
  }

  readonly #wrapped = new Map<Handler, Handler>()

  subscribe(room: string, handler: Handler): void {
    const wrapped: Handler = (entry) => {
      if (this.status === 'ready') handler(entry)
    }
    this.#wrapped.set(handler, wrapped)
    void this.#history.subscribe(room, wrapped)
  }

  unsubscribe(room: string, handler: Handler): void {
    const wrapped = this.#wrapped.get(handler)
    if (wrapped) this.#history.unsubscribe(room, wrapped)
  }

  async #ask<T>(work: () => Promise<T>): Promise<T> {
    this.asked++
    if (this.status !== 'ready') throw new WsStoreError('down', 'it was cut')
    if (this.isHanging) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return work()
  }

  #become(status: TransportStatus): void {
    const previous = this.status
    this.status = status
    for (const listener of this.#listeners) listener({ status, previous })
  }
}
