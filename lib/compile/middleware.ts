import { showValue } from '../errors/show-value.js'
import type { Problems } from '../errors/problems.js'
import type { Constructor } from '../metadata/records.js'
import type { WsMiddleware, WsMiddlewareHandler } from '../runtime/middleware.js'
import type { Providers } from './providers.js'

/** Turns functions, classes and objects into middleware. */
export function compileMiddleware(
  list: readonly unknown[],
  where: string,
  providers: Providers,
  problems: Problems,
): WsMiddleware[] {
  return list.flatMap((item) => {
    const middleware = toMiddleware(item, providers)
    if (middleware) return [middleware]
    const name = typeof item === 'function' ? `the class ${item.name}` : showValue(item)
    problems.add(
      where,
      `${name} is no middleware`,
      'use a function (context, next) => result, or a class with a method handle(context, next)',
    )
    return []
  })
}

function toMiddleware(item: unknown, providers: Providers): WsMiddleware | undefined {
  if (typeof item === 'function') {
    if (!isClass(item)) return item as WsMiddleware
    if (!hasHandle(item.prototype)) return undefined
    const provider = providers.of(item as unknown as Constructor)
    return (context, next) =>
      (provider.get(context.connection) as WsMiddlewareHandler).handle(context, next)
  }
  return hasHandle(item) ? (context, next) => item.handle(context, next) : undefined
}

function hasHandle(value: unknown): value is WsMiddlewareHandler {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { handle?: unknown }).handle === 'function'
  )
}

/** A class cannot be called; everything else that is a function can. */
function isClass(value: { prototype?: unknown; toString(): string }): boolean {
  return hasHandle(value.prototype) || /^class\b/.test(value.toString())
}
