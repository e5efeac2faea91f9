import type { WsContext } from './ws-context.js'

/**
 * What a middleware keeps for each route it stands around, made when it is first needed. There are as
 * many as the controllers have handlers, whatever paths the clients write.
 */
export class PerRoute<T> {
  readonly #values = new Map<string, Map<string, T>>()
  readonly #make: (context: WsContext) => T

  constructor(make: (context: WsContext) => T) {
    this.#make = make
  }

  of(context: WsContext): T {
    const { pattern = '' } = context
    // What has no pattern is no route, and told by its handler.
    const name = pattern === '' ? context.handler : context.event
    let values = this.#values.get(pattern)
    if (!values) this.#values.set(pattern, (values = new Map<string, T>()))
    let value = values.get(name)
    if (value === undefined) values.set(name, (value = this.#make(context)))
    return value
  }
}
