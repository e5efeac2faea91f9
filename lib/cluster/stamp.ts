/** When a state was shown: a count that goes on from the highest that was seen, and who showed it. */
export interface Stamp {
  readonly count: number
  readonly author: string
}

/** Of what has never been shown. */
export const NEVER: Stamp = Object.freeze({ count: 0, author: '' })

/** All nodes find the same stamp to be the later one. */
export function isLater(one: Stamp, other: Stamp): boolean {
  return one.count === other.count ? one.author > other.author : one.count > other.count
}

export function isSame(one: Stamp, other: Stamp): boolean {
  return one.count === other.count && one.author === other.author
}
