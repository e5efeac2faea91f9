import { andThen } from '../async/maybe-promise.js'
import type { Problems } from '../errors/problems.js'
import { showValue } from '../errors/show-value.js'
import { MAX_TIMEOUT } from '../runtime/deadline.js'
import { handlerBuckets } from '../runtime/handler-buckets.js'
import type { RateLimit } from '../runtime/limits.js'
import type { Runner } from './compose.js'

/** What `@Timeout` and `@RateLimit` said of a class or a method. */
export interface HandlerLimits {
  readonly timeout?: unknown
  readonly rateLimit?: unknown
}

/** Puts something around a runner; `undefined` for nothing. */
export type Wrapper = ((run: Runner) => Runner) | undefined

/** Reads `@Timeout`; what is wrong with it goes to the problems. */
export function readTimeout(
  { timeout }: HandlerLimits,
  where: string,
  problems: Problems,
): number | undefined {
  if (timeout === undefined) return undefined
  const isFine =
    typeof timeout === 'number' &&
    Number.isInteger(timeout) &&
    timeout >= 0 &&
    timeout <= MAX_TIMEOUT
  if (isFine) return timeout
  const fault = `@Timeout: ${showValue(timeout)} is no number of milliseconds`
  problems.add(where, fault, `give a whole number up to ${MAX_TIMEOUT}; 0 is no limit`)
  return undefined
}

/** Compiles `@RateLimit`: everything it is put around shares one bucket for each connection. */
export function compileRateLimit(
  { rateLimit }: HandlerLimits,
  where: string,
  problems: Problems,
): Wrapper {
  if (rateLimit === undefined) return undefined
  const { perSecond, burst } = (rateLimit ?? {}) as Partial<RateLimit>
  const isFine =
    typeof perSecond === 'number' &&
    perSecond > 0 &&
    perSecond < Infinity &&
    Number.isInteger(burst) &&
    Number(burst) >= 1
  if (!isFine) {
    const fault = `@RateLimit: ${showValue(rateLimit)} is no limit`
    problems.add(where, fault, 'give { perSecond, burst }: a number above 0, a whole number from 1')
    return undefined
  }
  return limitedBy(rateLimit as RateLimit)
}

function limitedBy(rateLimit: RateLimit): Wrapper {
  const take = handlerBuckets(rateLimit)
  return (run) => (context) => {
    take(context.connection, context.clock.now())
    return run(context)
  }
}

/** A handler that comes to nothing when its time is over: before its result joins or broadcasts. */
export function untilDeadline(run: Runner): Runner {
  return (context) =>
    andThen(run(context), (value) => {
      context.throwIfOver()
      return value
    })
}
