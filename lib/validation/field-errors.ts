import type { ValidationError } from 'class-validator'
import type { FieldError } from './data-error.js'

/** Flattens class-validator's tree of errors into a list with paths. */
export function toFieldErrors(errors: readonly ValidationError[], prefix = ''): FieldError[] {
  return errors.flatMap(({ property, constraints, children }) => {
    const field = prefix === '' ? property : `${prefix}.${property}`
    const own = Object.entries(constraints ?? {}).map(([rule, message]) => ({
      field,
      rule,
      message,
    }))
    return [...own, ...toFieldErrors(children ?? [], field)]
  })
}
