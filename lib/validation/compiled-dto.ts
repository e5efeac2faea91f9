import type { Constructor } from '../metadata/records.js'
import { hasTransforms, isOwnRule, isTransformed, typeOf } from './dto-graph.js'
import type { ValidationLibraries } from './libraries.js'

/**
 * Checks data and builds the instance in one go.
 *
 * @returns the instance, or `undefined` when the data is not valid: then class-validator is asked
 * what is wrong with it
 */
export type CompiledDto = (data: object) => object | undefined

type Rule = ReturnType<
  ReturnType<ValidationLibraries['validator']['getMetadataStorage']>['getTargetValidationMetadatas']
>[number]

/** Whether a value keeps a rule. `instance` is there for conditions that look at other fields. */
type Check = (value: unknown, instance: object) => boolean

interface Property {
  /** Whether the rules apply: `@IsOptional`, `@ValidateIf`. */
  readonly conditions: readonly Check[]
  readonly checks: readonly Check[]
  /** Builds what is nested; a result of `undefined` is a fault. */
  readonly nested: CompiledDto | undefined
}

interface CompileContext {
  readonly libraries: ValidationLibraries
  readonly groups: readonly string[] | undefined
  /** Classes under way: one that nests itself is left to class-validator. */
  readonly underWay?: ReadonlySet<unknown>
}

/**
 * Compiles a class whose rules are all class-validator's own: the rules are looked up once, not per
 * message, and called directly. Only valid data takes this way; everything else goes through the
 * libraries, so that errors are theirs to the letter.
 *
 * @returns `undefined` for a class that has anything else: its own validators, transformations,
 * fields without a rule
 */
export function compileDto(
  type: Constructor<unknown>,
  context: CompileContext,
): CompiledDto | undefined {
  const { libraries, groups, underWay = new Set() } = context
  if (underWay.has(type) || hasTransforms(type, libraries)) return undefined
  const inner = { ...context, underWay: new Set([...underWay, type]) }
  const rules = libraries.validator
    .getMetadataStorage()
    .getTargetValidationMetadatas(type, '', false, false, groups && [...groups])
  const properties = new Map<string, Property>()
  for (const name of new Set(rules.map(({ propertyName }) => propertyName))) {
    const own = rules.filter(({ propertyName }) => propertyName === name)
    const property = compileProperty(type, name, own, inner)
    if (!property) return undefined
    properties.set(name, property)
  }
  const create = instantiable(type, properties)
  return create && rules.length > 0 ? (data) => build(data, create, properties) : undefined
}

function build(
  data: object,
  create: () => Record<string, unknown>,
  properties: ReadonlyMap<string, Property>,
): object | undefined {
  const instance = create()
  const source = data as Record<string, unknown>
  for (const key in source) {
    const property = properties.get(key)
    if (!property) return undefined
    const value = source[key]
    if (property.nested && value !== null && value !== undefined) {
      const nested = buildNested(property.nested, value)
      if (nested === undefined) return undefined
      instance[key] = nested
    } else {
      instance[key] = value
    }
  }
  for (const [name, { conditions, checks }] of properties) {
    const value = instance[name]
    if (!keepsAll(conditions, value, instance)) continue
    if (!keepsAll(checks, value, instance)) return undefined
  }
  return instance
}

function keepsAll(checks: readonly Check[], value: unknown, instance: object): boolean {
  for (const check of checks) if (!check(value, instance)) return false
  return true
}

function buildNested(nested: CompiledDto, value: unknown): unknown {
  if (!Array.isArray(value)) {
    return typeof value === 'object' && value !== null ? nested(value) : undefined
  }
  const items: object[] = []
  for (const item of value as unknown[]) {
    const built =
      typeof item === 'object' && item !== null && !Array.isArray(item) ? nested(item) : undefined
    if (built === undefined) return undefined
    items.push(built)
  }
  return items
}

function compileProperty(
  type: Constructor<unknown>,
  name: string,
  rules: readonly Rule[],
  context: CompileContext,
): Property | undefined {
  const { libraries } = context
  const { ValidationTypes } = libraries.validator
  if (isTransformed(type, name, libraries)) return undefined
  const conditions: Check[] = []
  const checks: Check[] = []
  let isNested = false
  for (const rule of rules) {
    if (rule.type === ValidationTypes.CONDITIONAL_VALIDATION) {
      const [condition] = rule.constraints as [(object: object, value: unknown) => boolean]
      conditions.push((value, instance) => condition(instance, value))
    } else if (rule.type === ValidationTypes.NESTED_VALIDATION) {
      isNested = true
    } else if (rule.type === ValidationTypes.CUSTOM_VALIDATION) {
      const check = compileRule(rule, context)
      if (!check) return undefined
      checks.push(check)
    } else if (rule.type !== ValidationTypes.WHITELIST) {
      return undefined
    }
  }
  if (!isNested) {
    return typeOf(type, name, libraries) ? undefined : { conditions, checks, nested: undefined }
  }
  const nested = compileNested(type, name, context)
  // What is nested and absent is valid to `@ValidateNested`, unless a rule or null says otherwise.
  return nested && { conditions, checks: [...checks, (value) => value !== null], nested }
}

function compileNested(
  type: Constructor<unknown>,
  name: string,
  context: CompileContext,
): CompiledDto | undefined {
  const { typeFunction, reflectedType, options } = typeOf(type, name, context.libraries) ?? {}
  const nested = typeFunction?.()
  const isCollection = reflectedType === Set || reflectedType === Map
  if (typeof nested !== 'function' || isCollection || options?.discriminator) return undefined
  return compileDto(nested as Constructor<unknown>, context)
}

function compileRule(rule: Rule, { libraries }: CompileContext): Check | undefined {
  if (rule.validateIf || !isOwnRule(rule.constraintCls, libraries)) return undefined
  const [constraint] = libraries.validator
    .getMetadataStorage()
    .getTargetValidatorConstraints(rule.constraintCls)
  if (!constraint) return undefined
  const { instance } = constraint
  // class-validator's own rules read nothing of their arguments but the constraints.
  const args = { constraints: rule.constraints } as never
  const keeps = (value: unknown): boolean => instance.validate(value, args) as boolean
  if (!rule.each) return keeps
  return (value) => (Array.isArray(value) ? value.every(keeps) : keeps(value))
}

/**
 * Whether instances can be filled by assignment: no field without a rule, which class-validator
 * would report, and none that hides behind a getter or method, which class-transformer skips.
 */
function instantiable(
  type: Constructor<unknown>,
  properties: ReadonlyMap<string, Property>,
): (() => Record<string, unknown>) | undefined {
  const create = type as unknown as new () => Record<string, unknown>
  try {
    const sample = new create()
    const isPlain = Object.keys(sample).every((name) => properties.has(name))
    const isFree = [...properties.keys()].every((name) => !isHidden(type, name, sample))
    return isPlain && isFree ? () => new create() : undefined
  } catch {
    // A constructor that needs arguments: class-transformer will say so per message.
    return undefined
  }
}

function isHidden(type: Constructor<unknown>, name: string, sample: object): boolean {
  return (
    Object.getOwnPropertyDescriptor(type.prototype as object, name) !== undefined ||
    typeof (sample as Record<string, unknown>)[name] === 'function'
  )
}
