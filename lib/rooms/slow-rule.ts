import { showValue } from '../errors/show-value.js'

/**
 * What becomes of a push to a client that has not read what was sent before:
 *
 * - `close`: it waits; when it does not fit any more, the connection is closed with 1013;
 * - `drop`: it waits as long as there is room, else it is dropped;
 * - `latest`: it takes the place of the one before it with the same key, which is dropped.
 */
export type SlowPolicy = 'close' | 'drop' | 'latest'

/**
 * What a push says of slow clients. `latest` alone keeps the newest of each event in a room;
 * `{ latest: key }` keeps the newest of each key, in a room and for an event.
 */
export type SlowChoice = SlowPolicy | { readonly latest: string }

/** A choice, read. */
export interface SlowRule {
  readonly policy: SlowPolicy
  /** With `latest`: what is replaced, within a room; absent, it is told by the frame. */
  readonly key?: string
}

/** What must not be lost: replies, and pushes with the policy `close`. */
export const KEPT: SlowRule = { policy: 'close' }

/** What is dropped when there is no room for it. */
export const DROPPED: SlowRule = { policy: 'drop' }

/**
 * Reads what a push of an event says; `undefined` leaves it to the app.
 *
 * @throws TypeError for what is no choice
 */
export function toSlowRule(choice: SlowChoice | undefined, event: string): SlowRule | undefined {
  if (choice === undefined) return undefined
  if (choice === 'close') return KEPT
  if (choice === 'drop') return DROPPED
  const fault = faultOfSlow(choice)
  if (fault !== undefined) throw new TypeError(`slow ${fault}, got ${showValue(choice)}`)
  const key = choice === 'latest' ? event : `${event}\n${choice.latest}`
  return { policy: 'latest', key }
}

/** What is wrong with a choice; `undefined` for nothing. */
export function faultOfSlow(value: unknown): string | undefined {
  if (value === 'close' || value === 'drop' || value === 'latest') return undefined
  const isKeyed =
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { latest?: unknown }).latest === 'string'
  return isKeyed ? undefined : "must be 'close', 'drop', 'latest' or { latest: key }"
}
