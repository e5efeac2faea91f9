import type { Constructor } from '../metadata/records.js'
import { readRoutes } from './read-routes.js'

/** One row of the table of routes. */
export interface RouteInfo {
  readonly event: string
  /** A pattern: `/chat/:room`. */
  readonly path: string
  /** `Class.method`. */
  readonly handler: string
  /** The names of the middleware around it, from the outside: of the app, the controller, the method. */
  readonly middleware: readonly string[]
}

/** The routes of controllers that have been compiled, in their order. */
export function listRoutes(
  controllers: readonly Constructor[],
  use: readonly unknown[] = [],
): RouteInfo[] {
  return readRoutes(controllers).flatMap(({ definition, routes }) =>
    routes.map(({ event, path, method }) => ({
      ...{ event, path },
      handler: `${definition.type.name}.${String(method.name)}`,
      middleware: [...use, ...definition.middleware, ...method.middleware].map(nameOf),
    })),
  )
}

function nameOf(middleware: unknown): string {
  const name = typeof middleware === 'function' ? middleware.name : ''
  return name === '' ? 'anonymous' : name
}
