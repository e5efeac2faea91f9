import type { Constructor } from '../metadata/records.js'
import { isOwnRule, type Rule } from './dto-graph.js'
import type { ValidationLibraries } from './libraries.js'

/** Whether a value keeps the rules of its property; `instance` is the object that has it. */
export type Check = (value: unknown, instance: object) => boolean

/**
 * Compiles one of class-validator's own rules: what it calls is looked up once.
 *
 * @returns `undefined` for every other rule
 */
export function compileRule(
  type: Constructor<unknown>,
  rule: Rule,
  libraries: ValidationLibraries,
): Check | undefined {
  const { constraintCls, constraints, each, propertyName, validateIf } = rule
  const [found] = libraries.validator
    .getMetadataStorage()
    .getTargetValidatorConstraints(constraintCls)
  if (!found || !isOwnRule(rule, libraries)) return undefined
  const { instance: constraint } = found
  const validate = constraint.validate.bind(constraint)
  const { name: targetName } = type
  const keeps = (item: unknown, value: unknown, object: object): boolean => {
    const args = { targetName, property: propertyName, object, value, constraints }
    return Boolean(validate(item, args))
  }
  const check: Check = each
    ? (value, object) => itemsOf(value).every((item) => keeps(item, value, object))
    : (value, object) => keeps(value, value, object)
  if (!validateIf) return check
  return (value, object) => !validateIf(object, value) || check(value, object)
}

/** What `each` looks at: a value that is no collection counts as the only item. */
function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  return value instanceof Set || value instanceof Map ? [...value.values()] : [value]
}

/** All checks in one; the usual one or two without a loop. */
export function joinChecks(checks: readonly Check[]): Check {
  const [first, second] = checks
  if (!first) return () => true
  if (!second) return first
  if (checks.length === 2) {
    return (value, instance) => first(value, instance) && second(value, instance)
  }
  return (value, instance) => checks.every((check) => check(value, instance))
}
