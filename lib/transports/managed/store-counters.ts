import { WsStoreError, type WsStoreFault } from '../../errors/ws-store-error.js'
import type { TransportStatus } from '../broadcast-transport.js'

/** What an app has asked a shared store, and how that went. */
export interface StoreCounters {
  /** How the store is; as it is when it is read. */
  readonly status: TransportStatus
  /** Questions that have no answer yet. */
  pending: number
  /** Questions that were answered. */
  answered: number
  /** Seconds that those took, added up: divided by `answered`, the mean. */
  seconds: number
  /** Questions that failed, by the fault; what is no `WsStoreError` counts as `refused`. */
  readonly failed: Record<WsStoreFault, number>
}

/** What is counted of every store, from nothing on. */
export function startStoreCounters(store: { readonly status: TransportStatus }): StoreCounters {
  return {
    get status() {
      return store.status
    },
    ...{ pending: 0, answered: 0, seconds: 0 },
    failed: { down: 0, late: 0, refused: 0 },
  }
}

/** Counts a question. @returns its answer, when it has been counted */
export async function countAnswer<T>(counters: StoreCounters, answer: Promise<T>): Promise<T> {
  const start = performance.now()
  counters.pending++
  try {
    const value = await answer
    counters.answered++
    counters.seconds += (performance.now() - start) / 1000
    return value
  } catch (error) {
    counters.failed[error instanceof WsStoreError ? error.fault : 'refused']++
    throw error
  } finally {
    counters.pending--
  }
}
