import { nearest } from '../errors/nearest.js'
import type { Problems } from '../errors/problems.js'
import { showValue } from '../errors/show-value.js'

/** Where the options of a decorator stand, to report what is wrong with them. */
export interface OptionsPlace {
  /** As it is written: `@Broadcast`. */
  readonly decorator: string
  /** `Class.method`. */
  readonly where: string
  readonly problems: Problems
}

/**
 * Checks that what a decorator was given are options that it has: one it does not know would do
 * nothing, silently.
 */
export function readOptions(
  options: unknown,
  known: readonly string[],
  { decorator, where, problems }: OptionsPlace,
): Readonly<Record<string, unknown>> {
  if (options === undefined) return {}
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const mend = `the options are ${known.join(', ')}`
    problems.add(where, `${decorator}: ${showValue(options)} is no object of options`, mend)
    return {}
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    const meant = nearest(name, known)
    const mend = meant ? `did you mean ${meant}?` : `the options are ${known.join(', ')}`
    problems.add(where, `${decorator}: ${name} is no option`, mend)
  }
  return options as Readonly<Record<string, unknown>>
}
