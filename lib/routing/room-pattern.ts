import { compile } from 'path-to-regexp'
import { decodeParams, toParams, type Params } from './params.js'
import { PathTrie } from './path-trie.js'
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
export function compileRoomMatcher(pattern: Pattern): (room: string) => Params | undefined {
  const trie = new PathTrie<true>()
  trie.add(pattern, true)
  return (room) => {
    const match = trie.match(room)
    if (!match) return undefined
    const raw = toParams(match.names, match.raw)
    // A room may be called anything: what cannot be decoded is handed over as it stands.
    return room.includes('%') ? (decodeParams(raw) ?? raw) : raw
  }
}
