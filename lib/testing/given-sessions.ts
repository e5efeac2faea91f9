import type { Authorize } from '../runtime/identity.js'

/** Sessions that a test gives its clients, in the place of what `authorize` would say. */
export class GivenSessions {
  #next: { readonly session: unknown } | undefined

  /** The one request that is made meanwhile has this session; `undefined` gives none. */
  with<T>(session: unknown, request: () => T): T {
    if (session === undefined) return request()
    this.#next = { session }
    try {
      return request()
    } finally {
      this.#next = undefined
    }
  }

  /** Asks `authorize` about all others. */
  over(authorize: Authorize | undefined): Authorize {
    return (request) => {
      if (!this.#next) return authorize ? authorize(request) : {}
      const { session } = this.#next
      this.#next = undefined
      return session
    }
  }
}
