import { createRequire } from 'node:module'
import type * as Levenshtein from 'fastest-levenshtein'

/** The work is quadratic in the length, and the words may be a client's. */
const MAX_LENGTH = 128

/** Loaded with the first mistake. */
let levenshtein: typeof Levenshtein | undefined

/**
 * The candidate that reads most like `word`, unless none does.
 *
 * @param most how many letters may differ; default: half of them
 */
export function nearest(
  word: string,
  candidates: readonly string[],
  most = Math.max(2, Math.ceil(word.length / 2)),
): string | undefined {
  if (word.length > MAX_LENGTH || candidates.length === 0) return undefined
  levenshtein ??= createRequire(import.meta.url)('fastest-levenshtein') as typeof Levenshtein
  const { closest, distance } = levenshtein
  const best = closest(word, candidates)
  return distance(word, best) <= most ? best : undefined
}
