import { Lifecycle, type DependencyContainer, type InjectionToken } from 'tsyringe'
import { constructorParameterTypes, injectionTokens } from '../metadata/store.js'
import type { Constructor } from '../metadata/records.js'
import { readDescription } from './check-constructor.js'

/** What tsyringe keeps of a token, and does not show in its types. */
interface Registration {
  readonly provider: { readonly useClass?: unknown; readonly useToken?: unknown }
  readonly options: { readonly lifecycle: Lifecycle }
}

interface Registry {
  getRegistration(token: unknown): Registration | null
}

/**
 * Builds the singletons that a class of one connection will need. tsyringe disposes of an instance
 * with the container that built it: a singleton first built for a connection would end with it, and
 * everybody else would go on with what has been disposed of.
 */
export function buildSingletons(type: Constructor, container: DependencyContainer): void {
  const seen = new Set<unknown>()
  const visit = (token: unknown): void => {
    if (seen.has(token)) return
    seen.add(token)
    const registration = find(container, token)
    if (registration?.options.lifecycle === Lifecycle.Singleton) {
      container.resolve(token as InjectionToken)
      return
    }
    const { useClass, useToken } = registration?.provider ?? { useClass: token }
    if (useToken !== undefined) visit(useToken)
    else if (typeof useClass === 'function') dependenciesOf(useClass as never).forEach(visit)
  }
  seen.add(type)
  dependenciesOf(type).forEach(visit)
}

function dependenciesOf(type: Constructor): unknown[] {
  const injected = injectionTokens(type)
  const types = constructorParameterTypes(type) ?? []
  return types.map((own, index) => {
    const value = injected[index] ?? own
    return readDescription(value)?.token ?? value
  })
}

/** What is no token, such as `delay` gives, is left to tsyringe. */
function find(container: DependencyContainer, token: unknown): Registration | undefined {
  if (!['string', 'symbol', 'function'].includes(typeof token)) return undefined
  return (container as unknown as Registry).getRegistration(token) ?? undefined
}
