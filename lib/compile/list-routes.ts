import { Problems } from '../errors/problems.js'
import type { Constructor } from '../metadata/records.js'
import { readController } from './controller-definition.js'
import { readAddress, readPrefix } from './paths.js'

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
  // What is wrong has been reported when they were compiled.
  const problems = new Problems()
  return controllers.flatMap((type) => {
    const definition = readController(type)
    const prefix = readPrefix(definition.prefix, type.name, problems)
    return definition.methods.flatMap((method) =>
      method.routes.flatMap((route) => {
        const address = readAddress(route, prefix, '', problems)
        if (!address) return []
        const { event, pattern } = address
        const middleware = [...use, ...definition.middleware, ...method.middleware].map(nameOf)
        const handler = `${type.name}.${String(method.name)}`
        return [{ event, path: pattern.source, handler, middleware }]
      }),
    )
  })
}

function nameOf(middleware: unknown): string {
  const name = typeof middleware === 'function' ? middleware.name : ''
  return name === '' ? 'anonymous' : name
}
