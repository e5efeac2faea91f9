/** The longest number that JSON has: -1.2345678901234567e-308. */
const MAX_NUMBER = 24
/** A character as JSON at its longest, in bytes: \u0000. */
const MAX_CHARACTER = 6
/** Quotes, colon and comma around a name. */
const AROUND_NAME = 4

/**
 * Whether data is an object of texts, numbers and the like that has no more than so many bytes of JSON
 * for sure: it is counted with every character at its longest, for a tenth of what writing it takes.
 *
 * @returns `false` also for whatever has to be written to be known
 */
export function isFlatWithin(data: unknown, bytes: number): boolean {
  if (typeof data !== 'object' || data === null) return false
  if (Object.getPrototypeOf(data) !== Object.prototype) return false
  let most = 2
  for (const name in data) {
    most += name.length * MAX_CHARACTER + AROUND_NAME
    const value = (data as Record<string, unknown>)[name]
    if (typeof value === 'string') most += value.length * MAX_CHARACTER + 2
    else if (typeof value === 'number') most += MAX_NUMBER
    else if (typeof value === 'boolean' || value === null) most += 5
    else return false
  }
  return most <= bytes
}
