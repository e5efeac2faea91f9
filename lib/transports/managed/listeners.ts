import { guarded } from '../../async/maybe-promise.js'

/** Those who want to hear of something. One that fails harms nobody. */
export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>()
  readonly #onError: (error: unknown) => void

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  /** @returns a function that ends the listening */
  add(listener: (value: T) => void): () => void {
    // One's own, so that a listener that was added twice can be ended once.
    const own = (value: T): void => listener(value)
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  emit(value: T): void {
    for (const listener of this.#listeners) void guarded(() => listener(value), this.#onError)
  }
}
