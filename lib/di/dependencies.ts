import type { DependencyContainer, Lifecycle } from 'tsyringe'
import { constructorParameterTypes, injectionTokens } from '../metadata/store.js'
import type { Constructor } from '../metadata/records.js'
import { readDescription } from './check-constructor.js'

/** What tsyringe keeps of a token, and does not show in its types. */
export interface Registration {
  readonly provider: { readonly useClass?: unknown; readonly useToken?: unknown }
  readonly options: { readonly lifecycle: Lifecycle }
}

interface Registry {
  getRegistration(token: unknown): Registration | null
}

/** What tsyringe knows of a token. What is no token, such as `delay` gives, is left to tsyringe. */
export function findRegistration(
  container: DependencyContainer,
  token: unknown,
): Registration | undefined {
  if (!['string', 'symbol', 'function'].includes(typeof token)) return undefined
  return (container as unknown as Registry).getRegistration(token) ?? undefined
}

/** The tokens that are needed to build what a token stands for. */
export function dependenciesOf(token: unknown, registration: Registration | undefined): unknown[] {
  const { useClass, useToken } = registration?.provider ?? { useClass: token }
  if (useToken !== undefined) return [useToken]
  return typeof useClass === 'function' ? constructorTokens(useClass as never) : []
}

/** The class that is built for a token, unless it stands for a value, a factory or nothing. */
export function classOf(token: unknown, container: DependencyContainer): Constructor | undefined {
  const seen = new Set<unknown>()
  let current = token
  while (!seen.has(current)) {
    seen.add(current)
    const registration = findRegistration(container, current)
    const { useClass, useToken } = registration?.provider ?? { useClass: current }
    if (useToken === undefined) {
      return typeof useClass === 'function' ? (useClass as Constructor) : undefined
    }
    current = useToken
  }
  return undefined
}

/** The tokens of a constructor's parameters. */
export function constructorTokens(type: Constructor): unknown[] {
  const injected = injectionTokens(type)
  const types = constructorParameterTypes(type) ?? []
  return types.map((own, index) => {
    const value = injected[index] ?? own
    return readDescription(value)?.token ?? value
  })
}
