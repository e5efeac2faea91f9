import { addressKey } from './address-key.js'
import type { RateLimit } from './limits.js'

interface Bucket {
  tokens: number
  refilledAt: number
}

/** New addresses after which those that have been quiet are forgotten. */
const SWEEP_AFTER = 1_000

/** A token bucket for each address. It outlives connections: to connect again gains nothing. */
export class AddressBuckets {
  readonly #limit: RateLimit
  readonly #buckets = new Map<string, Bucket>()
  #added = 0

  constructor(limit: RateLimit) {
    this.#limit = limit
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#buckets.size
  }

  /**
   * Takes a token.
   *
   * @param now milliseconds of a clock that is never set back
   * @returns 0, or in how many milliseconds there is one
   */
  take(address: string, now: number): number {
    const { perSecond, burst } = this.#limit
    const bucket = this.#bucketOf(addressKey(address), now)
    const gained = ((now - bucket.refilledAt) * perSecond) / 1000
    bucket.tokens = Math.min(burst, bucket.tokens + gained)
    bucket.refilledAt = now
    if (bucket.tokens < 1) return ((1 - bucket.tokens) * 1000) / perSecond
    bucket.tokens--
    return 0
  }

  #bucketOf(key: string, now: number): Bucket {
    const existing = this.#buckets.get(key)
    if (existing) return existing
    if (++this.#added >= SWEEP_AFTER) this.#sweep(now)
    const bucket = { tokens: this.#limit.burst, refilledAt: now }
    this.#buckets.set(key, bucket)
    return bucket
  }

  /** A bucket that is full again is as good as none. */
  #sweep(now: number): void {
    this.#added = 0
    const fullAfter = (this.#limit.burst / this.#limit.perSecond) * 1000
    for (const [key, { refilledAt }] of this.#buckets) {
      if (now - refilledAt >= fullAfter) this.#buckets.delete(key)
    }
  }
}
