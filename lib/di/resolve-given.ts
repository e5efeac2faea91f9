import type { Problems } from '../errors/problems.js'
import { errorText, showValue } from '../errors/show-value.js'
import type { AppContainer } from './app-container.js'
import type { InjectionToken } from './tokens.js'

/** What is looked for, and where it is reported that it is not there. */
export interface GivenPlace<T> {
  /** In words: `transport`. */
  readonly what: string
  readonly methods: readonly (keyof T & string)[]
  readonly where: string
  readonly problems: Problems
}

/** Finds what an option means: itself, or what the container has under its token. */
export function resolveGiven<T extends object>(
  given: T | InjectionToken<T>,
  container: AppContainer,
  { what, methods, where, problems }: GivenPlace<T>,
): T | undefined {
  const is = (value: unknown): value is T =>
    typeof value === 'object' &&
    value !== null &&
    methods.every((name) => typeof (value as Record<string, unknown>)[name] === 'function')
  if (is(given)) return given
  const token = given
  if (!['function', 'string', 'symbol'].includes(typeof token)) {
    const mend = `give the ${what} itself, or a token that the container knows`
    problems.add(where, `${showValue(given)} is no ${what}`, mend)
    return undefined
  }
  if (typeof token === 'function') container.adopt(token)
  if (!container.has(token)) {
    const mend = `register a ${what} under it before createWsApp, or pass the ${what} itself`
    problems.add(where, `${showValue(token)} is not registered`, mend)
    return undefined
  }
  try {
    const found: unknown = container.resolve(token)
    if (is(found)) return found
    const has = methods.join(', ').replace(/, (\w+)$/, ' and $1')
    problems.add(
      where,
      `what ${showValue(token)} resolves to is no ${what}`,
      `a ${what} has ${has}`,
    )
  } catch (error) {
    problems.add(where, errorText(error), `the ${what} has to be resolvable`)
  }
  return undefined
}
