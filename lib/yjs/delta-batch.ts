import { mergeUpdates } from 'yjs'

/** A change, and who made it. */
export interface Delta {
  readonly update: Uint8Array
  readonly origin: unknown
}

/** Changes that came in one turn, as one. */
export interface MergedDelta {
  readonly update: Uint8Array
  /** Who made all of them; `undefined` when they were several. */
  readonly origin: unknown
}

/**
 * Gathers the changes of a turn of the event loop: what several sessions type at once is one frame
 * for everybody.
 */
export class DeltaBatch {
  readonly #flush: (deltas: readonly Delta[]) => void
  #deltas: Delta[] = []
  #immediate: NodeJS.Immediate | undefined

  constructor(flush: (deltas: readonly Delta[]) => void) {
    this.#flush = flush
  }

  add(delta: Delta): void {
    this.#deltas.push(delta)
    this.#immediate ??= setImmediate(() => this.flush())
  }

  /** Hands out what has been gathered, now. */
  flush(): void {
    clearImmediate(this.#immediate)
    this.#immediate = undefined
    const deltas = this.#deltas
    this.#deltas = []
    if (deltas.length > 0) this.#flush(deltas)
  }
}

/** Several changes as one; `undefined` for none. */
export function mergeDeltas(deltas: readonly Delta[]): MergedDelta | undefined {
  const [first] = deltas
  if (!first || deltas.length === 1) return first
  const isAlone = deltas.every(({ origin }) => origin === first.origin)
  const update = mergeUpdates(deltas.map((delta) => delta.update))
  return { update, origin: isAlone ? first.origin : undefined }
}
