interface Subscription {
  readonly data: unknown
  /** How many ask for it. */
  users: number
}

/** What is subscribed to, so that it can be again on another connection. */
export class Subscriptions {
  readonly #paths = new Map<string, Subscription>()

  get isEmpty(): boolean {
    return this.#paths.size === 0
  }

  entries(): readonly (readonly [path: string, data: unknown])[] {
    return [...this.#paths].map(([path, { data }]) => [path, data])
  }

  add(path: string, data: unknown): void {
    const users = this.#paths.get(path)?.users ?? 0
    this.#paths.set(path, { data, users: users + 1 })
  }

  /** Whether nobody asks for the path any more. */
  remove(path: string): boolean {
    const subscription = this.#paths.get(path)
    if (!subscription || --subscription.users > 0) return false
    return this.#paths.delete(path)
  }
}
