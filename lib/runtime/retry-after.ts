/** Milliseconds that everybody is asked to stay away: about what a process takes to start. */
const LEAST = 1_000
/** Milliseconds by which each connection makes the window longer: 500 of them come back a second. */
const EACH = 2
/** The longest window: whoever has waited for a minute does not wait any more. */
const LONGEST = 60_000

/**
 * How long a client is asked to stay away from a process that restarts. All clients of a process come
 * back through the door of another: each gets a slot of its own in a window that grows with their
 * number, and a random moment in it.
 *
 * @param index which of the connections it is, from 0
 * @param count how many there are
 * @returns milliseconds, counted from the moment the connection closes
 */
export function retryAfter(index: number, count: number): number {
  const window = Math.min(LONGEST, Math.max(LEAST, count * EACH))
  return LEAST + Math.floor(((index + Math.random()) / count) * window)
}
