import { parsePattern } from './pattern.js'
import { compileRoomMatcher } from './room-pattern.js'
import type { Params } from './params.js'

/** Gives the parameters of a path, or `undefined` when it does not match. */
export type PathMatcher = (path: string) => Params | undefined

/**
 * Compiles one path pattern.
 *
 * @throws Error that says what is wrong with it
 */
export function compilePathMatcher(source: string): PathMatcher {
  return compileRoomMatcher(parsePattern(source))
}
