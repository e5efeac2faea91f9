import type { Constructor } from '../metadata/records.js'
import { ownRecord } from '../metadata/store.js'
import type { RateLimit as RateLimitOptions } from '../runtime/limits.js'
import { methodDecorator } from './record-on.js'

/**
 * How many messages of one connection a handler takes, on a controller its handlers together. One more
 * is answered by 429, whose details say in how many milliseconds (`retryAfter`) there is room again.
 * The option `rateLimit` holds beside it.
 */
export function RateLimit(limit: RateLimitOptions): ClassDecorator & MethodDecorator {
  const onMethod = methodDecorator('RateLimit', (record) => {
    record.rateLimit = limit
  })
  return (target: object, name?: string | symbol, descriptor?: PropertyDescriptor): void => {
    if (name === undefined) ownRecord(target as Constructor).rateLimit = limit
    else onMethod(target, name, descriptor ?? {})
  }
}
