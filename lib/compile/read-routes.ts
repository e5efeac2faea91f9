import { Problems } from '../errors/problems.js'
import type { Constructor, MethodRecord } from '../metadata/records.js'
import { readController, type ControllerDefinition } from './controller-definition.js'
import { readAddress, readPrefix } from './paths.js'

/** A route, as its method was decorated. */
export interface DeclaredRoute {
  readonly event: string
  /** A pattern: `/chat/:room`. */
  readonly path: string
  readonly method: MethodRecord
}

/** A controller that has been compiled, and its routes in their order. */
export interface DeclaredController {
  readonly definition: ControllerDefinition
  /** `''` when it has none. */
  readonly prefix: string
  readonly routes: readonly DeclaredRoute[]
}

/** Reads once more what controllers say that have been compiled without a problem. */
export function readRoutes(controllers: readonly Constructor[]): DeclaredController[] {
  // What is wrong has been reported when they were compiled.
  const problems = new Problems()
  return controllers.map((type) => {
    const definition = readController(type)
    const prefix = readPrefix(definition.prefix, type.name, problems)
    const routes = definition.methods.flatMap((method) =>
      method.routes.flatMap((route) => {
        const address = readAddress(route, prefix, '', problems)
        return address ? [{ event: address.event, path: address.pattern.source, method }] : []
      }),
    )
    return { definition, prefix, routes }
  })
}
