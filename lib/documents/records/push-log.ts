/** How many replicas are remembered; those that have not written for longest are forgotten. */
const MAX_REPLICAS = 10_000

/**
 * The last push of each replica. A client that lost the connection before the verdict came sends the
 * push again, and it is not done twice.
 */
export class PushLog {
  /** In the order of the last writing. */
  readonly #last = new Map<string, number>()
  /** Who is at the end of it: whoever writes on stays there. */
  #latest: string | undefined

  /** The number of the last push; 0 for none. */
  last(client: string): number {
    return this.#last.get(client) ?? 0
  }

  note(client: string, n: number): void {
    if (client !== this.#latest) this.#last.delete(client)
    this.#latest = client
    this.#last.set(client, n)
    if (this.#last.size <= MAX_REPLICAS) return
    const [oldest = ''] = this.#last.keys()
    this.#last.delete(oldest)
  }

  state(): readonly (readonly [string, number])[] {
    return [...this.#last]
  }

  restore(entries: readonly (readonly [string, number])[]): void {
    for (const [client, n] of entries) this.note(client, n)
  }
}
