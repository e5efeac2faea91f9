import { WsError } from '../errors/ws-error.js'
import { andThen, type MaybePromise } from '../async/maybe-promise.js'
import type { WsContext } from './ws-context.js'

/**
 * Goes on to the next middleware or the handler.
 *
 * @returns the result, or a promise of it
 * @throws what the handler throws
 */
export type WsNext = () => unknown

/**
 * Stands around a handler. What it returns is the reply; when it returns `undefined`, the reply is
 * that of `next()`. Not calling `next` keeps the handler from running.
 *
 * @typeParam S what `authorize` returns
 */
export type WsMiddleware<S = unknown> = WsMiddlewareHandler<S>['handle']

/**
 * Middleware with dependencies: a class that the container builds.
 *
 * @typeParam S what `authorize` returns
 */
export interface WsMiddlewareHandler<S = unknown> {
  handle(context: WsContext<S>, next: WsNext): unknown
}

/** A class of {@link WsMiddlewareHandler}. */
export type WsMiddlewareClass<S = unknown> = new (...args: never[]) => WsMiddlewareHandler<S>

/**
 * Makes middleware that lets only some through.
 *
 * @typeParam S what `authorize` returns
 * @param predicate whether to go on; may be asynchronous, may throw a `WsError` of its own
 * @param code the error of those refused. Default: 403
 * @param message its text; default: the standard text of the code
 */
export function guard<S = unknown>(
  predicate: (context: WsContext<S>) => MaybePromise<boolean>,
  code = 403,
  message?: string,
): WsMiddleware<S> {
  return (context, next) =>
    andThen(predicate(context), (isAllowed) => {
      if (!isAllowed) throw new WsError(code, message)
      return next()
    })
}
