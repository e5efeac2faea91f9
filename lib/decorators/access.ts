import { guard } from '../runtime/middleware.js'
import type { WsContext } from '../runtime/ws-context.js'
import { Use } from './use.js'

/**
 * Lets only some through to a handler, or to all handlers of a controller: `@Use(guard(…))` that is
 * given the session first.
 *
 * @typeParam S what `authorize` returns
 * @param predicate whether to go on; may be asynchronous, may throw a `WsError` of its own
 * @param code the error of those refused. Default: 403
 * @example
 * ```ts
 * @Access((user: User) => user.isAdmin)
 * ```
 */
export function Access<S>(
  predicate: (session: S, context: WsContext<S>) => boolean | Promise<boolean>,
  code = 403,
): ClassDecorator & MethodDecorator {
  const check = guard<S>((context) => predicate(context.session, context), code)
  return Use(check)
}
