import type { RecordStep } from './undo.js'

/** How many transactions can be taken back. */
const MAX_STEPS = 200

/** What the user of this replica did, and took back. What others did is not in it. */
export class UndoStack {
  #done: (readonly RecordStep[])[] = []
  /** Of what was done last; nothing else joins it. */
  #group: string | undefined
  #undone: (readonly RecordStep[])[] = []

  get canUndo(): boolean {
    return this.#done.length > 0
  }

  get canRedo(): boolean {
    return this.#undone.length > 0
  }

  /**
   * The user did something: what was taken back before is gone.
   *
   * @param group what is done in the same group as the last is taken back with it
   */
  did(steps: readonly RecordStep[], group?: string): void {
    const last = this.#done.at(-1)
    if (last && group !== undefined && group === this.#group) {
      this.#done[this.#done.length - 1] = joinSteps(last, steps)
    } else this.#done.push(steps)
    this.#group = group
    if (this.#done.length > MAX_STEPS) this.#done.shift()
    this.#undone = []
  }

  /** The last that can be taken back; `redid` gets what it came to. */
  undo(): readonly RecordStep[] | undefined {
    this.#group = undefined
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

/** What two do, one after the other: a record is as it was before the first, and after the last. */
function joinSteps(first: readonly RecordStep[], then: readonly RecordStep[]): RecordStep[] {
  const byId = new Map(first.map((step) => [step.id, step]))
  for (const step of then) {
    const { before } = byId.get(step.id) ?? step
    byId.set(step.id, { ...step, before })
  }
  return [...byId.values()]
}
