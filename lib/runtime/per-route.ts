import type { WsContext, WsContextOwner } from './ws-context.js'

/**
 * What a middleware keeps for each route it stands around, made when it is first needed. There are as
 * many as the controllers have handlers, whatever paths the clients write.
 */
export class PerRoute<T> {
  readonly #values = new Map<WsContextOwner, T>()
  readonly #make: (context: WsContext) => T

  constructor(make: (context: WsContext) => T) {
    this.#make = make
  }

  of(context: WsContext): T {
    const { owner } = context
    let value = this.#values.get(owner)
    if (value === undefined) this.#values.set(owner, (value = this.#make(context)))
    return value
  }
}
