import type { WsMiddleware } from './middleware.js'
import type { WsContext } from './ws-context.js'

/** Runs what is within, and gives back what it gave, a promise included; what it throws is thrown. */
export type Observe = (context: WsContext, inner: (context: WsContext) => unknown) => unknown

const OBSERVE = Symbol('observe')

/**
 * Makes middleware that looks on and changes nothing: it needs no `next` that is made for each message,
 * and a result that is broadcast and replied may still be encoded once. It may be called by other
 * middleware, as any.
 */
export function observer(observe: Observe): WsMiddleware {
  const middleware: WsMiddleware = (context, next) => observe(context, next)
  return Object.assign(middleware, { [OBSERVE]: observe })
}

/** What {@link observer} was given; `undefined` for other middleware. */
export function observeOf(middleware: WsMiddleware): Observe | undefined {
  return (middleware as { readonly [OBSERVE]?: Observe })[OBSERVE]
}
