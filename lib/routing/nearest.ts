import { closest, distance } from 'fastest-levenshtein'

/** The work is quadratic in the length, and the words are a client's. */
const MAX_LENGTH = 128

/** The candidate that reads most like `word`, unless none does. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > MAX_LENGTH || candidates.length === 0) return undefined
  const best = closest(word, candidates)
  return distance(word, best) <= Math.max(2, Math.ceil(word.length / 2)) ? best : undefined
}
