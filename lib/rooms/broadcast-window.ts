/**
 * How long pushes to a room are gathered before they go out together, in milliseconds, up to 1,000.
 * 0 gathers nothing; `'auto'` gathers for 2 ms, and only in rooms that something was pushed to within
 * the last 2 ms, so that a push to an idle room is not delayed.
 */
export type BroadcastWindow = number | 'auto'

const MAX_WINDOW = 1000

/** What is wrong with a window; `undefined` for nothing. */
export function faultOfWindow(value: unknown): string | undefined {
  const isWindow =
    value === 'auto' || (typeof value === 'number' && value >= 0 && value <= MAX_WINDOW)
  return isWindow ? undefined : `must be 'auto' or milliseconds from 0 to ${MAX_WINDOW}`
}
