import { WsError } from '../errors/ws-error.js'
import type { RateLimit } from './limits.js'

interface Bucket {
  tokens: number
  refilledAt: number
}

/** A 429 that says when to come back. */
export function tooMany(milliseconds: number): WsError {
  return new WsError(429, undefined, { retryAfter: Math.ceil(milliseconds) })
}

/**
 * A token bucket for each connection that comes by, kept no longer than the connection.
 *
 * @returns takes a token, at a time in milliseconds of a clock that is never set back; throws WsError
 * 429 when there is none
 */
export function handlerBuckets({
  perSecond,
  burst,
}: RateLimit): (connection: object, time: number) => void {
  const buckets = new WeakMap<object, Bucket>()
  return (connection, time) => {
    let bucket = buckets.get(connection)
    if (!bucket) {
      bucket = { tokens: burst, refilledAt: time }
      buckets.set(connection, bucket)
    }
    const gained = ((time - bucket.refilledAt) * perSecond) / 1000
    bucket.tokens = Math.min(burst, bucket.tokens + gained)
    bucket.refilledAt = time
    if (bucket.tokens < 1) throw tooMany(((1 - bucket.tokens) * 1000) / perSecond)
    bucket.tokens--
  }
}
