import { isPromise } from '../async/maybe-promise.js'
import type { Constructor } from '../metadata/records.js'
import { forget, isOwnRule, type Rule } from './dto-graph.js'
import type { ValidationLibraries } from './libraries.js'
import { comesFrom } from './rule-origin.js'
import { sureCheck, type IsSure } from './sure-checks.js'

/** Whether a value keeps the rules of its property; `instance` is the object that has it. */
export type Check = (value: unknown, instance: object) => boolean

/** A rule in two steps: the quick one first, which may only say yes. */
export interface RuleCheck {
  /** Whether the value keeps the rule beyond doubt; `null` until, and unless, that can be told. */
  isSure: IsSure | null
  /** Asks the library. */
  readonly ask: Check
  readonly rule: Rule
}

/**
 * Compiles one of class-validator's own rules: what it calls is looked up once.
 *
 * @returns `undefined` for every other rule
 */
export function compileRule(
  type: Constructor<unknown>,
  rule: Rule,
  libraries: ValidationLibraries,
): RuleCheck | undefined {
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
    return isYes(validate(item, args))
  }
  const check: Check = each
    ? (value, object) => itemsOf(value).every((item) => keeps(item, value, object))
    : (value, object) => keeps(value, value, object)
  const ask: Check = validateIf
    ? (value, object) => !validateIf(object, value) || check(value, object)
    : check
  return { isSure: null, ask, rule }
}

/**
 * Gives a rule its quick step, if class-validator has written it: a rule of the user's may have any
 * name. Finding out takes a while, so it is done for classes that are used.
 */
export function quicken(check: RuleCheck, libraries: ValidationLibraries): void {
  const { rule } = check
  const { constraintCls, constraints, each } = rule
  if (rule.validateIf) return
  const [found] = libraries.validator
    .getMetadataStorage()
    .getTargetValidatorConstraints(constraintCls)
  const isSure = found && sureCheck(found.name, constraints, libraries.validator)
  if (!isSure) return
  const { instance } = found
  const run = (value: unknown, args: object): unknown =>
    isYes(instance.validate(value, args as never))
  if (!comesFrom(libraries.validatorFolder, run, constraints)) return
  check.isSure = each ? ofEach(isSure) : isSure
}

/** A set or map is left to the library. */
function ofEach(isSure: IsSure): IsSure {
  return (value) => {
    if (!Array.isArray(value)) return typeof value !== 'object' && isSure(value)
    for (const item of value) if (!isSure(item)) return false
    return true
  }
}

/** A promise is no yes: only the libraries can say what is to become of it. */
function isYes(answer: unknown): boolean {
  if (answer === true) return true
  if (!isPromise(answer)) return Boolean(answer)
  forget(answer)
  return false
}

/** What `each` looks at: a value that is no collection counts as the only item. */
function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  return value instanceof Set || value instanceof Map ? [...value.values()] : [value]
}
