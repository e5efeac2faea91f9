import { methodDecorator } from './record-on.js'
import { ownRecord } from '../metadata/store.js'
import type { Constructor } from '../metadata/records.js'
import type { WsMiddleware, WsMiddlewareClass } from '../runtime/middleware.js'

/**
 * Puts middleware around a handler, or around all handlers of a controller: functions
 * `(context, next) => result`, or classes with a `handle` method, which are resolved by dependency
 * injection.
 *
 * They run in the order app, controller, method; several in the order they are given. They stand
 * around `@OnMessage` and `@OnConnect` handlers.
 */
export function Use(
  ...middleware: readonly (WsMiddleware | WsMiddlewareClass)[]
): ClassDecorator & MethodDecorator {
  // Stacked decorators run from the bottom up: to read from top to bottom, each goes to the front.
  const onMethod = methodDecorator('Use', (record) => {
    record.middleware = [...middleware, ...record.middleware]
  })
  return (target: object, name?: string | symbol, descriptor?: PropertyDescriptor): void => {
    if (name === undefined) ownRecord(target as Constructor).middleware.unshift(...middleware)
    else onMethod(target, name, descriptor ?? {})
  }
}
