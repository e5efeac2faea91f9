import { createRequire } from 'node:module'
import type * as PathToRegexp from 'path-to-regexp'

let loaded: typeof PathToRegexp | undefined

/** path-to-regexp, loaded with the first pattern that is more than texts and whole parameters. */
export function pathToRegexp(): typeof PathToRegexp {
  return (loaded ??= createRequire(import.meta.url)('path-to-regexp') as typeof PathToRegexp)
}
