/** Milliseconds. */
const FIRST = 500
const LONGEST = 20_000

/**
 * How long to wait before another attempt: anything up to 0.5 s, then twice as much each time, up to
 * 20 s. Full jitter, so that those who were lost together do not come back together.
 *
 * @param failures how many attempts have failed since the last success
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backOff(failures: number, random: () => number): number {
  return random() * Math.min(LONGEST, FIRST * 2 ** failures)
}
