import type { InjectionToken } from 'tsyringe'
import type { Problems } from '../errors/problems.js'
import { constructorParameterTypes, findRecord, injectionTokens } from '../metadata/store.js'
import type { Constructor } from '../metadata/records.js'

const MEND_TYPE =
  'give it a class type imported without `import type`, or say what to inject: @inject(token)'

const MEND_METADATA = 'compile with emitDecoratorMetadata, which esbuild and tsx cannot do'

/** Types that TypeScript emits where the real one is no class. */
const NOT_INJECTABLE = new Set<unknown>([Object, String, Number, Boolean, Array, Function, Symbol])

/** What is known of the container that the class will be built by. */
export interface InjectionFacts {
  isRegistered(token: InjectionToken): boolean
  /** Why a token may not be injected into this class. */
  refusalOf(token: unknown): Fault | undefined
  /** The class that is built for a token, unless it stands for a value, a factory or nothing. */
  classOf(token: unknown): Constructor | undefined
}

/** What is wrong with a parameter, and how to mend it. */
export interface Fault {
  readonly fault: string
  readonly mend: string
}

/**
 * Checks, before anything is built, that every constructor parameter of a class can be injected, and
 * those of the services it needs, however far down.
 */
export function checkConstructor(
  type: Constructor,
  facts: InjectionFacts,
  problems: Problems,
): void {
  // As nearly all controllers: a thousand routes are felt at start-up.
  if (needsNothing(type)) return
  const seen = new Set<Constructor>()
  const visit = (current: Constructor, way: readonly Constructor[]): void => {
    const isService = way.length > 0
    // What a service may not hold is found with the class that needs it.
    const own = isService ? { ...facts, refusalOf: () => undefined } : facts
    const report = (index: number, { fault, mend }: Fault): void =>
      problems.addOnce(`${current.name}.constructor`, `parameter #${index} ${fault}`, mend)
    parametersOf(current).forEach((parameter, index) => {
      const fault = faultOf(current, parameter, own)
      if (fault) {
        report(index, fault)
        return
      }
      if (parameter.isOptional) return
      const next = facts.classOf(parameter.token)
      if (!next || seen.has(next)) return
      const further = [...way, current]
      if (further.includes(next)) {
        report(index, circleOf([...further.slice(further.indexOf(next)), next]))
      } else if (!constructorParameterTypes(next) && next.length > 0) {
        report(index, unmarked(next))
      } else {
        visit(next, further)
      }
    })
    seen.add(current)
  }
  visit(type, [])
}

/** Whether a class can be built without a container: its constructor takes nothing. */
export function needsNothing(type: Constructor): boolean {
  return type.length === 0 && !constructorParameterTypes(type)?.length
}

/** A parameter of a constructor. */
interface Parameter {
  readonly token: unknown
  /** Whether `@inject` named the token. */
  readonly isNamed: boolean
  readonly isOptional: boolean
}

function parametersOf(type: Constructor): readonly Parameter[] {
  const tokens = injectionTokens(type)
  const types = constructorParameterTypes(type)
  const length = Math.max(type.length, types?.length ?? 0)
  return Array.from({ length }, (_, index) => {
    // tsyringe puts what `@inject` said into the emitted types, too: there a class that has no
    // constructor of its own finds that of its base.
    const description = readDescription(tokens[index] ?? types?.[index])
    return {
      token: description ? description.token : types?.[index],
      isNamed: description !== undefined,
      isOptional: description?.isOptional === true,
    }
  })
}

function faultOf(
  type: Constructor,
  { token, isNamed, isOptional }: Parameter,
  facts: InjectionFacts,
): Fault | undefined {
  if (isOptional) return undefined
  if (token === undefined) {
    const mend = constructorParameterTypes(type) ? MEND_TYPE : mendWithoutTypes(type)
    return { fault: 'has no type at run time', mend }
  }
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
  if (!isNamed && NOT_INJECTABLE.has(token)) {
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
  const isMarked = findRecord(type)?.controller !== undefined
  const mark = isMarked ? '' : `mark ${type.name} with @injectable(); if it is, `
  return `${mark}${MEND_METADATA}, or say what to inject: @inject(token)`
}

function unmarked({ name }: Constructor): Fault {
  return {
    fault: `injects ${name}, whose own parameters have no types at run time`,
    mend: `mark ${name} with @injectable() or @singleton(), or register what to use: container.register(${name}, …); if it is marked, ${MEND_METADATA}`,
  }
}

function circleOf(classes: readonly Constructor[]): Fault {
  const way = classes.map(({ name }) => name).join(' > ')
  return {
    fault: `ends in a circle: ${way}`,
    mend: 'move what both need into a class of its own, or inject one of them late: @inject(delay(() => …))',
  }
}
