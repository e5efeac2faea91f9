import type { DependencyContainer, InjectionToken } from 'tsyringe'
import type { Constructor } from '../metadata/records.js'
import { constructorTokens, dependenciesOf, findRegistration } from './dependencies.js'
import { loadTsyringe } from './load-tsyringe.js'

/**
 * Builds the singletons that a class of one connection will need. tsyringe disposes of an instance
 * with the container that built it: a singleton first built for a connection would end with it, and
 * everybody else would go on with what has been disposed of.
 */
export function buildSingletons(type: Constructor, container: DependencyContainer): void {
  const { Lifecycle } = loadTsyringe()
  const seen = new Set<unknown>([type])
  const visit = (token: unknown): void => {
    if (seen.has(token)) return
    seen.add(token)
    const registration = findRegistration(container, token)
    if (registration?.options.lifecycle === Lifecycle.Singleton) {
      container.resolve(token as InjectionToken)
    } else {
      dependenciesOf(token, registration).forEach(visit)
    }
  }
  constructorTokens(type).forEach(visit)
}
