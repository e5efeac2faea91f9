import type { RecordStep } from './undo.js'

/** How many transactions can be taken back. */
const MAX_STEPS = 200

/** What the user of this replica did, and took back. What others did is not in it. */
export class UndoStack {
  #done: (readonly RecordStep[])[] = []
  #undone: (readonly RecordStep[])[] = []

  get canUndo(): boolean {
    return this.#done.length > 0
  }

  get canRedo(): boolean {
    return this.#undone.length > 0
  }

  /** The user did something: what was taken back before is gone. */
  did(steps: readonly RecordStep[]): void {
    this.#done.push(steps)
    if (this.#done.length > MAX_STEPS) this.#done.shift()
    this.#undone = []
  }

  /** The last that can be taken back; `redid` gets what it came to. */
  undo(): readonly RecordStep[] | undefined {
    return this.#done.pop()
  }

  redo(): readonly RecordStep[] | undefined {
    return this.#undone.pop()
  }

  /** An undo came to these steps. */
  undid(steps: readonly RecordStep[]): void {
    this.#undone.push(steps)
  }

  /** A redo came to these steps. */
  redid(steps: readonly RecordStep[]): void {
    this.#done.push(steps)
  }
}
