import { compile } from 'path-to-regexp'
import { decodeParams, type Params } from './params.js'
import { compileRawMatcher, type PathMatcher } from './path-matcher.js'
import type { Pattern } from './pattern.js'

/**
 * Fills a room pattern with parameters as they stand in the path. They are not decoded, so that no
 * value can bring a `/` into the name of a room, and `/chat/:room` filled from `/chat/x` is `/chat/x`.
 *
 * @returns a function that throws a `TypeError` when a value is missing
 */
export function compileRoomName(pattern: Pattern): (raw: Params) => string {
  if (pattern.names.length === 0) {
    const name = compile(pattern.source)({})
    return () => name
  }
  // Unencoded, a wildcard is filled as it was matched: with one string.
  return compile(pattern.source, { encode: false })
}

/** Which rooms a pattern means, and the parameters in a room's name. */
export function compileRoomMatcher(pattern: Pattern): PathMatcher {
  const match = compileRawMatcher(pattern)
  return (room) => {
    const raw = match(room)
    // A room may be called anything: what cannot be decoded is handed over as it stands.
    return raw && room.includes('%') ? (decodeParams(raw) ?? raw) : raw
  }
}
