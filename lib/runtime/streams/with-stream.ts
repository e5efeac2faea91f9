import { andThen } from '../../async/maybe-promise.js'
import type { WsContext } from '../ws-context.js'

type Run = (context: WsContext) => unknown

/**
 * A handler whose result may be a stream: it is sent item by item.
 *
 * @param timeout milliseconds that an item may take; 0 for no limit
 */
export function withStream(run: Run, timeout: number): Run {
  return (context) =>
    andThen(run(context), (value) =>
      isAsyncIterable(value) ? context.stream(value, timeout) : value,
    )
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === 'function'
  )
}

/** Whether a method is written as `async *method()`. */
export function isAsyncGenerator(method: unknown): boolean {
  return Object.prototype.toString.call(method) === '[object AsyncGeneratorFunction]'
}
