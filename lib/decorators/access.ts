import { guard } from '../runtime/middleware.js'
import type { WsContext } from '../runtime/ws-context.js'
import { documentHook } from './record-on.js'
import { Use } from './use.js'

/**
 * On a method of a `@Document` class: it says what a client may do with the document. It returns
 * `'write'`, `'read'` or `'none'`, or a promise of one; it may throw a `WsError`. It is asked when a
 * client opens the document, and again when its session is replaced.
 *
 * @example
 * ```ts
 * @Access() access(@Session() user: User, @Param('board') board: string) {
 *   return user.boards.includes(board) ? 'write' : 'none'
 * }
 * ```
 */
export function Access(): MethodDecorator
/**
 * Lets only some through to a handler, to all handlers of a controller, or to a document:
 * `@Use(guard(…))` that is given the session first.
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
  code?: number,
): ClassDecorator & MethodDecorator
export function Access<S>(
  predicate?: (session: S, context: WsContext<S>) => boolean | Promise<boolean>,
  code = 403,
): ClassDecorator & MethodDecorator {
  if (!predicate) {
    return documentHook('Access', 'access') as ClassDecorator & MethodDecorator
  }
  const check = guard<S>((context) => predicate(context.session, context), code)
  return Use(check)
}
