import type { DependencyContainer } from 'tsyringe'
import { dependenciesOf, findRegistration } from './dependencies.js'
import { loadTsyringe } from './load-tsyringe.js'

/**
 * Looks for what belongs to one connection in what a token needs to be built, itself included: an
 * instance for all connections that held it would give one connection's to the others.
 *
 * @param isOwn whether a token is a connection's own by its nature
 * @returns the way to it, the token first
 */
export function findScoped(
  token: unknown,
  container: DependencyContainer,
  isOwn: (token: unknown) => boolean,
): readonly unknown[] | undefined {
  const { Lifecycle } = loadTsyringe()
  const seen = new Set<unknown>()
  const visit = (current: unknown): readonly unknown[] | undefined => {
    if (isOwn(current)) return [current]
    if (seen.has(current)) return undefined
    seen.add(current)
    const registration = findRegistration(container, current)
    if (registration?.options.lifecycle === Lifecycle.ContainerScoped) return [current]
    for (const dependency of dependenciesOf(current, registration)) {
      const way = visit(dependency)
      if (way) return [current, ...way]
    }
    return undefined
  }
  return visit(token)
}
