// What both sides of `npm run slow-crowd` know of a push: all have the same length, and the numbers
// in them stand at the same place, so that half a million a second can be looked at.

/** Added to what is counted, so that all numbers have 16 digits. */
export const NUMBER = 1_000_000_000_000_000
export const DIGITS = 16
export const ROOM = '/room'
export const PAD = 'x'.repeat(200)
/** Pushes a second into the room. */
export const PER_SECOND = 5_000
/** Bytes that may wait for one connection. */
export const LIMIT = 1024 * 1024

const sample = JSON.stringify({
  event: 'n',
  path: ROOM,
  data: { n: NUMBER, at: NUMBER, pad: PAD },
})
export const LENGTH = sample.length
export const NUMBER_AT = sample.indexOf('"n":') + 4
export const TIME_AT = sample.indexOf('"at":') + 5
