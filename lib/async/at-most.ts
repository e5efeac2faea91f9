/** A timer that is set for longer goes off at once. */
const LONGEST_TIMER = 2 ** 31 - 1

/** Waits for something that does not reject, but no longer than the time given. */
export function atMost(milliseconds: number, done: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.min(milliseconds, LONGEST_TIMER))
    void done.then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
