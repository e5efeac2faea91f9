import { isPromise } from '../async/maybe-promise.js'
import type { WsMiddleware } from '../runtime/middleware.js'
import type { WsContext } from '../runtime/ws-context.js'

/** Something that runs for a context: a handler, or middleware around one. */
export type Runner = (context: WsContext) => unknown

/** Puts middleware around a runner; the first in the list is the outermost. */
export function compose(middleware: readonly WsMiddleware[], core: Runner): Runner {
  return middleware.reduceRight<Runner>((inner, outer) => wrap(outer, inner), core)
}

function wrap(outer: WsMiddleware, inner: Runner): Runner {
  return (context) => {
    let isCalled = false
    let below: unknown
    const next = (): unknown => {
      if (isCalled) throw new Error('next() was called twice')
      isCalled = true
      below = inner(context)
      return below
    }
    const result = outer(context, next)
    // `undefined` leaves the result as it is, so that middleware may just call next(): otherwise a
    // forgotten `return` would lose the reply, and a rejection would end the process.
    if (isPromise(result)) return result.then((value) => value ?? resultOr(value, below))
    return resultOr(result, below)
  }
}

function resultOr(result: unknown, below: unknown): unknown {
  if (result === undefined) return below
  if (result !== below && isPromise(below)) void below.then(undefined, ignore)
  return result
}

/** Middleware answered without waiting for the handler: the handler's failure is not the answer. */
function ignore(): void {
  return undefined
}
