import { isPromise, type MaybePromise } from '../async/maybe-promise.js'
import type { Ask } from './messages.js'

/** How many orders are known again: what is repeated for a minute. */
const MAX_DONE = 10_000

/** Answers what other nodes ask; what changes something is done once. */
export class Answers {
  readonly #work: (question: unknown, ago: number) => MaybePromise<unknown>
  readonly #done = new Map<string, MaybePromise<unknown>>()

  /** @param work finds the answer; throws or rejects when there is none */
  constructor(work: (question: unknown, ago: number) => MaybePromise<unknown>) {
    this.#work = work
  }

  /** @throws what the work throws; a promise rejects with it */
  to({ id, once, question, ago }: Ask): MaybePromise<unknown> {
    if (!once) return this.#work(question, ago)
    if (this.#done.has(id)) return this.#done.get(id)
    const result = this.#work(question, ago)
    this.#done.set(id, result)
    if (this.#done.size > MAX_DONE) this.#done.delete(this.#done.keys().next().value as string)
    // It keeps nothing that has become a value.
    if (isPromise(result)) {
      result.then(
        (value) => this.#done.has(id) && this.#done.set(id, value),
        () => this.#done.delete(id),
      )
    }
    return result
  }
}
