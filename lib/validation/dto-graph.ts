import { isPromise } from '../async/maybe-promise.js'
import type { Constructor } from '../metadata/records.js'
import type { TypeMetadata, TypeSubject, ValidationLibraries } from './libraries.js'

/** A rule as class-validator keeps it. */
export type Rule = ReturnType<
  ReturnType<ValidationLibraries['validator']['getMetadataStorage']>['getTargetValidationMetadatas']
>[number]

/** What is known of a DTO class and the classes nested in it. */
export interface DtoFacts {
  /** Whether class-validator knows any rule for the class itself. */
  readonly hasRules: boolean
  /** Whether a rule may have to wait: then validation gives a promise. */
  readonly isAsync: boolean
}

/** Reads once what class-validator and class-transformer know about a class. */
export function inspectDto(type: Constructor<unknown>, libraries: ValidationLibraries): DtoFacts {
  const seen = new Set<unknown>()
  const isAsync = hasAsyncRule(type, libraries, seen)
  return { hasRules: rulesOf(type, libraries).length > 0, isAsync }
}

function rulesOf(type: unknown, { validator }: ValidationLibraries) {
  const storage = validator.getMetadataStorage()
  return storage.getTargetValidationMetadatas(type as never, '', true, false)
}

function hasAsyncRule(type: unknown, libraries: ValidationLibraries, seen: Set<unknown>): boolean {
  if (typeof type !== 'function' || seen.has(type)) return false
  seen.add(type)
  return rulesOf(type, libraries).some((rule) => {
    if (rule.type === libraries.validator.ValidationTypes.PROMISE_VALIDATION) return true
    if (mayWait(rule, libraries)) return true
    const nested = nestedTypes(type, rule.propertyName, libraries)
    return !nested || nested.some((item) => hasAsyncRule(item, libraries, seen))
  })
}

/** Whether a rule is one of class-validator's own, which answer at once. */
export function isOwnRule(rule: Rule, { validator }: ValidationLibraries): boolean {
  const { constraintCls, constraints } = rule
  if (typeof constraintCls !== 'function') return false
  return validator
    .getMetadataStorage()
    .getTargetValidatorConstraints(constraintCls)
    .every(({ async, name, instance }) => {
      if (async || !isBuiltIn(name, validator)) return false
      return PROBES.every((value) =>
        answersAtOnce(() => instance.validate(value, { constraints } as never)),
      )
    })
}

/** One value of each kind. */
const PROBES: readonly unknown[] = [undefined, null, 'probe', 1, true, [], {}]

/** The name alone proves nothing: a rule of the user's may be called `isEmail` as well. */
function answersAtOnce(validate: () => unknown): boolean {
  try {
    const answer = validate()
    if (!isPromise(answer)) return true
    forget(answer)
    return false
  } catch {
    return false
  }
}

/** Leaves a promise to itself: should it be rejected, nobody is to hear of it. */
export function forget(promise: PromiseLike<unknown>): void {
  Promise.resolve(promise).catch(() => undefined)
}

/** Whether class-transformer does more with a class than to copy its fields. */
export function hasTransforms(type: unknown, { types }: ValidationLibraries): boolean {
  const target = type as object
  return (
    types.getStrategy(target) !== 'none' ||
    types.getExposedMetadatas(target).length > 0 ||
    types.getExcludedMetadatas(target).length > 0
  )
}

/** Whether class-transformer changes the value of a field, other than by `@Type`. */
export function isTransformed(
  type: unknown,
  property: string,
  { types, transformer }: ValidationLibraries,
): boolean {
  const direction = transformer.TransformationType.PLAIN_TO_CLASS
  return types.findTransformMetadatas(type as object, property, direction).length > 0
}

/** What `@Type` says of a field; `undefined` without one. */
export function typeOf(
  type: unknown,
  property: string,
  { types }: ValidationLibraries,
): TypeMetadata | undefined {
  return types.findTypeMetadata(type as object, property)
}

/**
 * class-validator's own rules answer at once. One of the user's may return a promise without having
 * said so, and `validateSync` would let that pass as valid.
 */
function mayWait(rule: Rule, libraries: ValidationLibraries): boolean {
  return typeof rule.constraintCls === 'function' && !isOwnRule(rule, libraries)
}

let builtIns: ReadonlySet<unknown> | undefined

/** class-validator exports the name of each of its rules as a constant: `IS_STRING = 'isString'`. */
function isBuiltIn(name: string, validator: ValidationLibraries['validator']): boolean {
  builtIns ??= new Set(Object.values(validator).filter((value) => typeof value === 'string'))
  return builtIns.has(name)
}

/** The classes that a field may nest; `undefined` when they depend on the data. */
function nestedTypes(
  type: unknown,
  property: string,
  libraries: ValidationLibraries,
): readonly unknown[] | undefined {
  const metadata = typeOf(type, property, libraries)
  if (!metadata?.typeFunction) return []
  const nested = fixedType(metadata.typeFunction)
  const subTypes = metadata.options?.discriminator?.subTypes ?? []
  return nested && [nested.type, ...subTypes.map(({ value }) => value)]
}

/** What a function given to `@Type` says whatever the data is; `undefined` if there is no such. */
export function fixedType(
  typeFunction: NonNullable<TypeMetadata['typeFunction']>,
): { readonly type: unknown } | undefined {
  const refuse = (): never => {
    throw new TypeError('the type depends on the data')
  }
  try {
    return { type: typeFunction(new Proxy({}, { get: refuse }) as TypeSubject) }
  } catch {
    return undefined
  }
}
