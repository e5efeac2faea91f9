import { decodeParams, toParams, type Params } from './params.js'
import { PathTrie } from './path-trie.js'
import { parsePattern, type Pattern } from './pattern.js'

/** Gives the parameters of a path, or `undefined` when it does not match. */
export type PathMatcher = (path: string) => Params | undefined

/**
 * Compiles one path pattern. A path that is no valid percent-encoding does not match.
 *
 * @throws Error that says what is wrong with it
 */
export function compilePathMatcher(source: string): PathMatcher {
  const match = compileRawMatcher(parsePattern(source))
  return (path) => {
    const raw = match(path)
    return raw && path.includes('%') ? decodeParams(raw) : raw
  }
}

/** Compiles one pattern; the parameters are given as they stand in the path. */
export function compileRawMatcher(pattern: Pattern): PathMatcher {
  const trie = new PathTrie<true>()
  trie.add(pattern, true)
  return (path) => {
    const match = trie.match(path)
    return match && toParams(match.names, match.raw)
  }
}
