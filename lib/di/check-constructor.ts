import type { InjectionToken } from 'tsyringe'
import type { Problems } from '../errors/problems.js'
import { constructorParameterTypes, injectionTokens } from '../metadata/store.js'
import type { Constructor } from '../metadata/records.js'

const MEND_TYPE =
  'give it a class type imported without `import type`, or say what to inject: @inject(token)'

/** Types that TypeScript emits where the real one is no class. */
const NOT_INJECTABLE = new Set<unknown>([Object, String, Number, Boolean, Array, Function, Symbol])

/**
 * Checks, before anything is built, that every constructor parameter of a class can be injected.
 *
 * @param isRegistered whether the container knows a token
 */
export function checkConstructor(
  type: Constructor,
  isRegistered: (token: InjectionToken) => boolean,
  problems: Problems,
): void {
  const tokens = injectionTokens(type)
  const types = constructorParameterTypes(type) ?? []
  const count = Math.max(type.length, types.length)
  for (let index = 0; index < count; index++) {
    const token = tokens[index] ?? types[index]
    const fault = faultOf(token, tokens[index] !== undefined, isRegistered)
    if (fault)
      problems.add(`${type.name}.constructor`, `parameter #${index} ${fault}`, mendOf(token))
  }
}

function faultOf(
  token: unknown,
  isExplicit: boolean,
  isRegistered: (token: InjectionToken) => boolean,
): string | undefined {
  if (token === undefined) return 'has no type at run time'
  if (typeof token === 'string' || typeof token === 'symbol') {
    return isRegistered(token) ? undefined : `injects ${String(token)}, which is not registered`
  }
  // A description such as @inject(token, { isOptional: true }) or @injectAll is tsyringe's to read.
  if (typeof token !== 'function') return undefined
  if (NOT_INJECTABLE.has(token) && !isExplicit) return `is typed ${token.name}, which is no class`
  return undefined
}

function mendOf(token: unknown): string {
  if (typeof token === 'string' || typeof token === 'symbol') {
    return `container.register(${typeof token === 'symbol' ? 'token' : `'${token}'`}, …) before createWsApp`
  }
  return MEND_TYPE
}
