import type { Constructor } from '../metadata/records.js'
import { joinChecks, compileRule, type Check } from './compiled-rule.js'
import { compileTyped, conversionTo, type Take } from './compiled-type.js'
import { copyPlain, FAULT, isPlain } from './copy-plain.js'
import { hasTransforms, isTransformed, typeOf, type Rule } from './dto-graph.js'
import type { ValidationLibraries } from './libraries.js'

/**
 * Checks data and builds the instance in one go.
 *
 * @returns the instance, or `undefined` when the data is not valid, or looks unusual: then the
 * libraries are asked
 */
export type CompiledDto = (data: object) => object | undefined

type Instance = Record<string, unknown>

/** A class, compiled. A plan may contain itself. */
interface Plan {
  readonly type: new () => Instance
  /** In the order of declaration, which is the usual order of the keys too. */
  readonly properties: Property[]
  readonly byName: Map<string, Property>
}

interface Property {
  readonly name: string
  readonly index: number
  /** Makes what the instance gets of what the data has; `null` for a copy. */
  readonly take: Take | null
  readonly isNested: boolean
  /** Whether the rules apply: `@IsOptional`, `@ValidateIf`. `null` when they always do. */
  readonly applies: Check | null
  readonly keeps: Check
}

interface CompileContext {
  readonly libraries: ValidationLibraries
  readonly groups: readonly string[] | undefined
}

interface PlanContext extends CompileContext {
  readonly plans: Map<unknown, Plan>
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
  const plan = compilePlan(type, { ...context, plans: new Map() })
  if (!plan) return undefined
  return (data) => {
    try {
      return build(plan, data)
    } catch {
      // A constructor, setter or condition of the user's: the libraries will meet it too.
      return undefined
    }
  }
}

function build({ type, properties, byName }: Plan, data: object): object | undefined {
  if (!isPlain(data)) return undefined
  const source = data as Record<string, unknown>
  const instance = new type()
  let next = 0
  for (const key in source) {
    let property = properties[next]
    if (property?.name !== key) property = byName.get(key)
    if (!property) return undefined
    next = property.index + 1
    let value = source[key]
    if (property.take) value = property.take(value, instance, source)
    else if (typeof value === 'object' || typeof value === 'function') value = copyPlain(value)
    if (value === FAULT) return undefined
    instance[key] = value
  }
  for (const property of properties) {
    if (!isValid(property, instance, source)) return undefined
  }
  return instance
}

function isValid(property: Property, instance: Instance, source: object): boolean {
  const { name, applies, keeps, isNested } = property
  const value = instance[name]
  if (applies && !applies(value, instance)) return true
  if (isNested && !isKnown(value, name, source)) return false
  return keeps(value, instance)
}

/**
 * Whether what is nested is known to be valid: what is in the data was checked when it was built,
 * what the class itself put there by nobody.
 */
function isKnown(value: unknown, name: string, source: object): boolean {
  if (value === undefined) return true
  if (value === null) return false
  return Object.hasOwn(source, name) || (Array.isArray(value) && value.length === 0)
}

/** A plan that cannot be made makes those around it impossible too, up to the first. */
function compilePlan(type: Constructor<unknown>, context: PlanContext): Plan | undefined {
  const { libraries, groups, plans } = context
  const known = plans.get(type)
  if (known) return known
  const plan: Plan = { type: type as never, properties: [], byName: new Map() }
  plans.set(type, plan)
  const rules = libraries.validator
    .getMetadataStorage()
    .getTargetValidationMetadatas(type, '', false, false, groups && [...groups])
  if (rules.length === 0 || hasTransforms(type, libraries)) return undefined
  for (const name of new Set(rules.map(({ propertyName }) => propertyName))) {
    const own = rules.filter(({ propertyName }) => propertyName === name)
    const property = compileProperty(type, own, plan.properties.length, context)
    if (!property) return undefined
    plan.properties.push(property)
    plan.byName.set(name, property)
  }
  return isFillable(type, plan.byName) ? plan : undefined
}

function compileProperty(
  type: Constructor<unknown>,
  rules: readonly Rule[],
  index: number,
  context: PlanContext,
): Property | undefined {
  const { libraries } = context
  const { ValidationTypes } = libraries.validator
  const name = rules[0]?.propertyName ?? ''
  if (isTransformed(type, name, libraries)) return undefined
  const conditions: Check[] = []
  const checks: Check[] = []
  let isNested = false
  for (const rule of rules) {
    switch (rule.type) {
      case ValidationTypes.CONDITIONAL_VALIDATION:
        conditions.push(compileCondition(rule))
        break
      case ValidationTypes.NESTED_VALIDATION:
        isNested = true
        break
      case ValidationTypes.IS_DEFINED:
      case ValidationTypes.CUSTOM_VALIDATION: {
        const check = compileRule(type, rule, libraries)
        if (!check) return undefined
        checks.push(check)
        break
      }
      case ValidationTypes.WHITELIST:
        break
      default:
        return undefined
    }
  }
  const take = compileTake(type, name, isNested, context)
  if (take === undefined) return undefined
  const applies = conditions.length > 0 ? joinConditions(conditions) : null
  return { name, index, take, isNested, applies, keeps: joinChecks(checks) }
}

function compileCondition({ constraints, name }: Rule): Check {
  if (name === 'isOptional') return (value) => value !== undefined && value !== null
  const [condition] = constraints as [(object: object, value: unknown) => unknown]
  return (value, instance) => Boolean(condition(instance, value))
}

/** class-validator asks every condition, even after one said no: one that throws is heard. */
function joinConditions(conditions: readonly Check[]): Check {
  const [first] = conditions
  if (first && conditions.length === 1) return first
  return (value, instance) =>
    conditions.reduce((all, condition) => condition(value, instance) && all, true)
}

function compileTake(
  type: Constructor<unknown>,
  name: string,
  isNested: boolean,
  context: PlanContext,
): Take | null | undefined {
  const metadata = typeOf(type, name, context.libraries)
  if (!isNested) return metadata ? compileTyped(name, metadata, conversionTo) : null
  if (!metadata) return undefined
  return compileTyped(name, metadata, (nested) => {
    const plan = compilePlan(nested, context)
    return (
      plan &&
      ((value) => (typeof value === 'object' && value ? (build(plan, value) ?? FAULT) : FAULT))
    )
  })
}

/**
 * Whether instances can be filled by assignment: no field with a value of its own and without a
 * rule, which class-validator would report, and none that hides behind a getter or method, which class-transformer skips.
 */
function isFillable(type: Constructor<unknown>, byName: ReadonlyMap<string, Property>): boolean {
  try {
    const sample = new (type as unknown as new () => Instance)()
    return (
      Object.getPrototypeOf(sample) === type.prototype &&
      sample.constructor === type &&
      Object.keys(sample).every((name) => byName.has(name) || sample[name] === undefined) &&
      [...byName.keys()].every(
        (name) => !(name in (type.prototype as object)) && typeof sample[name] !== 'function',
      )
    )
  } catch {
    // A constructor that needs arguments: class-transformer will say so per message.
    return false
  }
}
