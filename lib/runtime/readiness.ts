import type { WsManagedTransport } from '../transports/broadcast-transport.js'

/** Whether new clients should come to this process. */
export class Readiness {
  readonly #transport: WsManagedTransport | undefined
  /** From the first moment of `close` on. */
  isClosing = false

  constructor(transport: WsManagedTransport | undefined) {
    this.#transport = transport
  }

  /** Why they should not, in a word or two; `undefined` when they should. */
  get fault(): string | undefined {
    if (this.isClosing) return 'closing'
    return this.#transport?.status === 'down' ? 'broadcast transport down' : undefined
  }
}
