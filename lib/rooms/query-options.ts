import { showValue } from '../errors/show-value.js'

/** How long is waited for other processes. */
export interface QueryOptions {
  /** Milliseconds that they may take to answer, up to 60,000. Default: 1,000. */
  readonly deadline?: number
}

/** Milliseconds that other processes may take. */
const DEFAULT_DEADLINE = 1_000
const MAX_DEADLINE = 60_000

/** @throws RangeError for what is no deadline */
export function deadlineOf({ deadline = DEFAULT_DEADLINE }: QueryOptions): number {
  if (typeof deadline === 'number' && deadline > 0 && deadline <= MAX_DEADLINE) return deadline
  throw new RangeError(
    `deadline must be milliseconds up to ${MAX_DEADLINE}, got ${showValue(deadline)}`,
  )
}
