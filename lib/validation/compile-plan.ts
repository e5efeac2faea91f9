import type { Constructor } from '../metadata/records.js'
import { compileRule, quicken, type Check, type RuleCheck } from './compiled-rule.js'
import { compileTyped, conversionTo, type Take } from './compiled-type.js'
import { FAULT } from './copy-plain.js'
import { hasTransforms, isTransformed, typeOf, type Rule } from './dto-graph.js'
import type { Fill, Instance, Plan, Property } from './dto-plan.js'
import { fillPlan } from './fill-plan.js'
import { generateFill } from './generate-fill.js'
import type { ValidationLibraries } from './libraries.js'

/** What plans are made with. */
export interface PlanContext {
  readonly libraries: ValidationLibraries
  readonly groups: readonly string[] | undefined
  /** How many times a plan is carried out before time is spent on making it fast. */
  readonly patience: number
  readonly plans: Map<unknown, Plan>
}

/** A plan that cannot be made makes those around it impossible too, up to the first. */
export function compilePlan(type: Constructor<unknown>, context: PlanContext): Plan | undefined {
  const { libraries, groups, plans } = context
  const known = plans.get(type)
  if (known) return known
  const plan: Plan = {
    type: type as never,
    properties: [],
    byName: new Map(),
    fill: () => undefined,
  }
  plan.fill = fillOf(plan, context)
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

/** Patient at first: most classes of an app see few messages, and none should delay its start. */
function fillOf(plan: Plan, { libraries, patience }: PlanContext): Fill {
  let left = patience
  return (data) => {
    if (left-- > 0) return fillPlan(plan, data)
    for (const { checks } of plan.properties) {
      for (const check of checks) quicken(check, libraries)
    }
    plan.fill = generateFill(plan) ?? ((later) => fillPlan(plan, later))
    return plan.fill(data)
  }
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
  const checks: RuleCheck[] = []
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
  return { name, index, take, isNested, applies, checks }
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
      ((value) => (typeof value === 'object' && value ? (plan.fill(value) ?? FAULT) : FAULT))
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
