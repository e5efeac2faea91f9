import type { Constructor } from '../metadata/records.js'
import type { TypeMetadata, ValidationLibraries } from './libraries.js'

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
  return rulesOf(type, libraries).some(
    (rule) =>
      rule.type === libraries.validator.ValidationTypes.PROMISE_VALIDATION ||
      mayWait(rule.constraintCls, libraries) ||
      nestedTypes(type, rule.propertyName, libraries).some((nested) =>
        hasAsyncRule(nested, libraries, seen),
      ),
  )
}

/**
 * Whether a rule is one of class-validator's own, which answer at once and read nothing but the
 * value and their constraints.
 */
export function isOwnRule(constraint: unknown, { validator }: ValidationLibraries): boolean {
  if (typeof constraint !== 'function') return false
  const rules = validator.getMetadataStorage().getTargetValidatorConstraints(constraint)
  return rules.every((rule) => !rule.async && isBuiltIn(rule.name, validator))
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
function mayWait(constraint: unknown, libraries: ValidationLibraries): boolean {
  return typeof constraint === 'function' && !isOwnRule(constraint, libraries)
}

let builtIns: ReadonlySet<unknown> | undefined

/** class-validator exports the name of each of its rules as a constant: `IS_STRING = 'isString'`. */
function isBuiltIn(name: string, validator: ValidationLibraries['validator']): boolean {
  builtIns ??= new Set(Object.values(validator).filter((value) => typeof value === 'string'))
  return builtIns.has(name)
}

function nestedTypes(type: unknown, property: string, libraries: ValidationLibraries): unknown[] {
  const metadata = typeOf(type, property, libraries)
  if (!metadata) return []
  const subTypes = metadata.options?.discriminator?.subTypes ?? []
  return [metadata.typeFunction?.(), ...subTypes.map(({ value }) => value)]
}
