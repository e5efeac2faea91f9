import type { PendingPushes } from './pending-pushes.js'
import type { FlushGoal } from './replica-options.js'

interface Waiter {
  readonly goal: FlushGoal
  /** The number that the next push had. */
  readonly next: number
  readonly resolve: () => void
}

/** Those who wait until the server has what was edited before they asked. */
export class FlushWaiters {
  #waiters: Waiter[] = []

  constructor(private readonly pushes: PendingPushes) {}

  wait(goal: FlushGoal): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push({ goal, next: this.pushes.next, resolve })
      this.settle()
    })
  }

  /** Lets those go whose pushes have come so far. */
  settle(): void {
    const done = this.#waiters.filter((waiter) => !this.#isLeft(waiter))
    this.#waiters = this.#waiters.filter((waiter) => !done.includes(waiter))
    for (const { resolve } of done) resolve()
  }

  #isLeft({ goal, next }: Waiter): boolean {
    return this.pushes.all.some(
      ({ n, state }) => n < next && (goal === 'durable' || state !== 'acked'),
    )
  }
}
