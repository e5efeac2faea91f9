import type { InjectionToken } from 'tsyringe'
import type { Problems } from '../errors/problems.js'
import { constructorParameterTypes, injectionTokens } from '../metadata/store.js'
import type { Constructor } from '../metadata/records.js'

const MEND_TYPE =
  'give it a class type imported without `import type`, or say what to inject: @inject(token)'

/** Types that TypeScript emits where the real one is no class. */
const NOT_INJECTABLE = new Set<unknown>([Object, String, Number, Boolean, Array, Function, Symbol])

/** What is known of the container that the class will be built by. */
export interface InjectionFacts {
  isRegistered(token: InjectionToken): boolean
  /** Why a token may not be injected into this class. */
  refusalOf(token: unknown): Fault | undefined
}

/** What is wrong with a parameter, and how to mend it. */
export interface Fault {
  readonly fault: string
  readonly mend: string
}

/** Checks, before anything is built, that every constructor parameter of a class can be injected. */
export function checkConstructor(
  type: Constructor,
  facts: InjectionFacts,
  problems: Problems,
): void {
  const tokens = injectionTokens(type)
  const types = constructorParameterTypes(type)
  const count = Math.max(type.length, types?.length ?? 0)
  for (let index = 0; index < count; index++) {
    const found = faultOf(tokens[index], types?.[index], facts)
    if (!found) continue
    const mend = types ? found.mend : mendWithoutTypes(type)
    problems.add(`${type.name}.constructor`, `parameter #${index} ${found.fault}`, mend)
  }
}

function faultOf(inject: unknown, type: unknown, facts: InjectionFacts): Fault | undefined {
  // tsyringe puts what `@inject` said into the emitted types, too: there a class that has no
  // constructor of its own finds that of its base.
  const description = readDescription(inject ?? type)
  const token = description ? description.token : type
  if (description?.isOptional) return undefined
  if (token === undefined) return { fault: 'has no type at run time', mend: MEND_TYPE }
  const refusal = facts.refusalOf(token)
  if (refusal) return refusal
  if (typeof token === 'string' || typeof token === 'symbol') {
    if (facts.isRegistered(token)) return undefined
    const name = typeof token === 'symbol' ? 'token' : `'${token}'`
    return {
      fault: `injects ${String(token)}, which is not registered`,
      mend: `container.register(${name}, …) before createWsApp`,
    }
  }
  if (!description && NOT_INJECTABLE.has(token)) {
    return { fault: `is typed ${(token as Constructor).name}, which is no class`, mend: MEND_TYPE }
  }
  return undefined
}

/** What `@inject`, `@injectAll` and `@injectWithTransform` leave behind, unless the value is a type. */
export function readDescription(
  value: unknown,
): { readonly token: unknown; readonly isOptional?: boolean } | undefined {
  if (typeof value !== 'object' || value === null || !('token' in value)) return undefined
  return value
}

/** TypeScript emits the types of a constructor only for classes with a decorator. */
function mendWithoutTypes(type: Constructor): string {
  return `mark ${type.name} with @injectable(), which keeps the types of its parameters`
}
