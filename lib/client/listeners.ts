/** A list of handlers of one thing. */
export class Listeners<Args extends unknown[]> {
  readonly #handlers = new Set<{ readonly handle: (...args: Args) => void }>()
  readonly #report: (error: unknown) => void

  /** @param report gets what a handler throws: the others still run */
  constructor(report: (error: unknown) => void) {
    this.#report = report
  }

  get isEmpty(): boolean {
    return this.#handlers.size === 0
  }

  /** Returns how to stop hearing. A handler that is added twice is called twice. */
  add(handle: (...args: Args) => void): () => void {
    const entry = { handle }
    this.#handlers.add(entry)
    return () => void this.#handlers.delete(entry)
  }

  emit(...args: Args): void {
    // A copy: who is added while it runs hears the next one.
    for (const entry of [...this.#handlers]) {
      if (!this.#handlers.has(entry)) continue
      try {
        entry.handle(...args)
      } catch (error) {
        this.#report(error)
      }
    }
  }
}
