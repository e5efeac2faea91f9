import type { LiveConnection } from './live-connection.js'
import type { RateLimit } from './limits.js'

/** What to do with a message. */
export type RateVerdict = 'accept' | 'refuse' | 'close'

/**
 * A token bucket per connection: `burst` messages at once, `perSecond` on average. A client that
 * goes on, until as many messages were refused as a burst has, is closed.
 *
 * @param now milliseconds of a clock that is never set back: else a client would wait for it
 */
export function takeToken(
  connection: LiveConnection,
  { perSecond, burst }: RateLimit,
  now: number,
): RateVerdict {
  const gained = ((now - connection.refilledAt) * perSecond) / 1000
  if (gained >= 1) {
    connection.tokens = Math.min(burst, connection.tokens + gained)
    connection.refilledAt = now
    if (connection.tokens === burst) connection.refusals = 0
  }
  if (connection.tokens >= 1) {
    connection.tokens--
    return 'accept'
  }
  connection.refusals++
  return connection.refusals > burst ? 'close' : 'refuse'
}
