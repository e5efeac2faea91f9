import type { ValidationError } from 'class-validator'
import type { FieldError } from './data-error.js'

/** Flattens class-validator's tree of errors into a list with paths. */
export function toFieldErrors(errors: readonly ValidationError[], prefix = ''): FieldError[] {
  return errors.flatMap(({ property, constraints, children }) => {
    const field = join(prefix, property)
    const own = Object.entries(constraints ?? {}).map(([rule, message]) => ({
      field,
      rule,
      message,
    }))
    return [...own, ...toFieldErrors(children ?? [], field)]
  })
}

/** A nested value that class-validator knows no rules for is reported without a property. */
function join(prefix: string, property: string | undefined): string {
  if (property === undefined) return prefix
  return prefix === '' ? property : `${prefix}.${property}`
}
