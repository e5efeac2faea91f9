import { isPromise } from '../async/maybe-promise.js'
import type { WsMiddleware } from '../runtime/middleware.js'
import { observeOf } from '../runtime/observer.js'
import type { WsContext } from '../runtime/ws-context.js'

/** Something that runs for a context: a handler, or middleware around one. */
export type Runner = (context: WsContext) => unknown

/** Puts middleware around a runner; the first in the list is the outermost. */
export function compose(middleware: readonly WsMiddleware[], core: Runner): Runner {
  if (middleware.length === 0) return core
  return middleware.reduceRight<Runner>((inner, outer) => wrap(outer, inner), core)
}

function wrap(outer: WsMiddleware, inner: Runner): Runner {
  const observe = observeOf(outer)
  if (observe) return (context) => observe(context, inner)
  return (context) => {
    let isCalled = false
    let below: unknown
    const next = (): unknown => {
      if (isCalled) throw new Error('next() was called twice')
      isCalled = true
      below = observed(inner(context))
      return below
    }
    const result = outer(context, next)
    // Most middleware returns what next() gave: nothing is left to be chosen.
    if (result === below) return result
    // `undefined` leaves the result as it is, so that middleware may just call next(): otherwise a
    // forgotten `return` would lose the reply.
    if (!isPromise(result)) return result === undefined ? below : result
    return Promise.resolve(result).then((value) => (value === undefined ? below : value))
  }
}

/**
 * Middleware may throw, answer, or wait for something else before it looks at what `next()` gave: a
 * rejection that nobody looks at must not end the process.
 */
function observed(result: unknown): unknown {
  if (!isPromise(result)) return result
  const promise = Promise.resolve(result)
  promise.catch(() => undefined)
  return promise
}
