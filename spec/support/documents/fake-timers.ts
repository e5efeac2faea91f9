import type { DocumentTimers } from '../../../lib/documents/document-timers.js'

interface Timer {
  readonly at: number
  readonly callback: () => void
}

/** Timers of a clock that moves when it is told to. */
export class FakeTimers implements DocumentTimers {
  now = 0
  readonly #timers = new Set<Timer>()

  /** How many have been set and not gone off. */
  get size(): number {
    return this.#timers.size
  }

  set(callback: () => void, milliseconds: number): unknown {
    const timer = { at: this.now + milliseconds, callback }
    this.#timers.add(timer)
    return timer
  }

  clear(handle: unknown): void {
    this.#timers.delete(handle as Timer)
  }

  /** Moves the clock; what becomes due goes off in order. */
  advance(milliseconds: number): void {
    const end = this.now + milliseconds
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      this.#timers.delete(due)
      this.now = due.at
      due.callback()
    }
    this.now = end
  }
}
