import { clearTimeout as stop, setTimeout as inRealTime } from 'node:timers'

/**
 * Milliseconds of real time that a test waits for what does not come, unless it says otherwise: less than
 * the 5 seconds after which Jest and Vitest end a test without a word of what it waited for.
 */
export const DEFAULT_PATIENCE = 4_000

/**
 * A promise that does not wait for ever. It counts as handled: whoever lets time pass before they look
 * at it ends no process.
 *
 * @param milliseconds of real time
 * @param late makes the error
 */
export function within<T>(
  promise: Promise<T>,
  milliseconds: number,
  late: () => Error,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const end = new Promise<never>((_resolve, reject) => {
    timer = inRealTime(() => reject(late()), milliseconds)
  })
  const bounded = Promise.race([promise, end]).finally(() => stop(timer))
  bounded.catch(() => undefined)
  return bounded
}
