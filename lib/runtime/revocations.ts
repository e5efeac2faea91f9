import type { WsConnection } from './ws-connection.js'

/** What was taken away, and from whom. */
export interface Revocation {
  /** The id of a user, or which connections. */
  readonly who: string | ((connection: WsConnection) => boolean)
  /** Whether `authorize` decides. */
  readonly reauthorize: boolean
  readonly code: number
  readonly reason: string
}

/**
 * What is revoked while `authorize` still thinks about somebody: it may have read what they are
 * allowed before that was taken away.
 */
export class Revocations {
  readonly #watches = new Set<Revocation[]>()

  /** @returns a list that gets all that is revoked, until it is given to `unwatch` */
  watch(): readonly Revocation[] {
    const watch: Revocation[] = []
    this.#watches.add(watch)
    return watch
  }

  unwatch(watch: readonly Revocation[] | undefined): void {
    if (watch) this.#watches.delete(watch as Revocation[])
  }

  add(revocation: Revocation): void {
    for (const watch of this.#watches) watch.push(revocation)
  }
}

/**
 * The first revocation that is meant for a connection; one that closes it comes before those that ask.
 *
 * @throws what a predicate throws
 */
export function findRevocation(
  revoked: readonly Revocation[],
  connection: WsConnection,
): Revocation | undefined {
  const meant = revoked.filter(({ who }) =>
    typeof who === 'string' ? connection.userId === who : who(connection),
  )
  return meant.find(({ reauthorize }) => !reauthorize) ?? meant[0]
}
