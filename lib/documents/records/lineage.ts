import type { DocumentCursor } from '../../protocol/documents/document-frames.js'

/** An epoch begins after the clock that it shares with the one before. */
export interface Epoch {
  readonly epoch: string
  readonly from: number
}

/** Restarts that a cursor may be old. */
const MAX_EPOCHS = 64

/**
 * The history of histories. A crash may lose the latest changes, and others take their clocks:
 * every process that changes a document begins an epoch, and a cursor says which one it is of. So a
 * client that has seen what was lost is known from one that has not.
 */
export class Lineage {
  #epochs: Epoch[] = []

  /** The present epoch; empty before the first. */
  get epoch(): string {
    return this.#epochs.at(-1)?.epoch ?? ''
  }

  begin(epoch: string, from: number): void {
    if (epoch === this.epoch) return
    this.#epochs.push({ epoch, from })
    if (this.#epochs.length > MAX_EPOCHS) this.#epochs.shift()
  }

  /** Whether whoever is at a cursor has seen nothing but what this history has. */
  includes({ epoch, clock }: DocumentCursor, now: number): boolean {
    const index = this.#epochs.findIndex((one) => one.epoch === epoch)
    const found = this.#epochs[index]
    if (!found) return false
    const end = this.#epochs[index + 1]?.from ?? now
    return clock >= found.from && clock <= end
  }

  state(): readonly Epoch[] {
    return [...this.#epochs]
  }

  restore(epochs: readonly Epoch[]): void {
    this.#epochs = [...epochs]
  }
}
