import { closest, distance } from 'fastest-levenshtein'

/** The work is quadratic in the length, and the words may be a client's. */
const MAX_LENGTH = 128

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
  const best = closest(word, candidates)
  return distance(word, best) <= most ? best : undefined
}
