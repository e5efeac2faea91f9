import type { ValidationError } from 'class-validator'
import type { FieldError } from './data-error.js'

/** The rule that a field without rules breaks. */
const UNKNOWN_FIELD = 'whitelistValidation'

/**
 * Flattens class-validator's tree of errors into a list with paths.
 *
 * A field that is unknown and `undefined` is none: nobody sent it. TypeScript puts every declared
 * field into every instance (`useDefineForClassFields`, on from ES2022), also those that have no rule
 * at all, or none in the groups that are asked for.
 */
export function toFieldErrors(errors: readonly ValidationError[], prefix = ''): FieldError[] {
  return errors.flatMap(({ property, value, constraints, children }) => {
    const field = join(prefix, property)
    const own = Object.entries(constraints ?? {})
      .filter(([rule]) => rule !== UNKNOWN_FIELD || value !== undefined)
      .map(([rule, message]) => ({ field, rule, message }))
    return [...own, ...toFieldErrors(children ?? [], field)]
  })
}

/** A nested value that class-validator knows no rules for is reported without a property. */
function join(prefix: string, property: string | undefined): string {
  if (property === undefined) return prefix
  return prefix === '' ? property : `${prefix}.${property}`
}
