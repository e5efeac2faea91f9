import { systemClock, type Clock } from './clock.js'

/** A timer that is set for longer goes off at once. */
const LONGEST_TIMER = 2 ** 31 - 1

/** Waits for something that does not reject, but no longer than the time given. */
export function atMost(
  milliseconds: number,
  done: Promise<void>,
  clock: Clock = systemClock,
): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimeout(resolve, Math.min(milliseconds, LONGEST_TIMER))
    void done.then(() => {
      clock.clearTimeout(timer)
      resolve()
    })
  })
}
