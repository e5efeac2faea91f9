import type { Constructor } from '../metadata/records.js'
import { compilePlan } from './compile-plan.js'
import type { Fill } from './dto-plan.js'
import type { ValidationLibraries } from './libraries.js'

/** Messages of a class after which its code is written out: enough to tell that it is used. */
const PATIENCE = 100

interface CompileContext {
  readonly libraries: ValidationLibraries
  readonly groups: readonly string[] | undefined
  /** How many messages are read the plain way before the fast one is made. Default 100. */
  readonly patience?: number
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
  { libraries, groups, patience = PATIENCE }: CompileContext,
): Fill | undefined {
  const plan = compilePlan(type, { libraries, groups, patience, plans: new Map() })
  if (!plan) return undefined
  return (data) => {
    try {
      return plan.fill(data)
    } catch {
      // A constructor, setter or condition of the user's: the libraries will meet it too.
      return undefined
    }
  }
}
