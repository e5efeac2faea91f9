import { loadTsyringe } from '../di/load-tsyringe.js'
import type { DependencyContainer, InjectionToken } from '../di/tokens.js'

/** What stands in the place of something that is injected. */
export interface Override {
  readonly token: InjectionToken
  readonly value: unknown
}

/**
 * Puts a value in the place of what is injected under a token, such as a fake in that of a service. Of
 * a class only what the test needs has to be there.
 *
 * @example
 * ```ts
 * createTestApp({ controllers: [ChatController], overrides: [override(Archive, { recent: () => [] })] })
 * ```
 */
export function override<T>(token: InjectionToken<T>, value: T | Partial<T>): Override {
  return { token, value }
}

/** A child of a container, or of the global one, in which the overrides hold. */
export function containerWith(
  overrides: readonly Override[],
  parent: DependencyContainer = loadTsyringe().container,
): DependencyContainer {
  const container = parent.createChildContainer()
  for (const { token, value } of overrides) container.registerInstance(token, value)
  return container
}
