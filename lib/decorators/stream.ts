import { methodDecorator } from './record-on.js'

/**
 * Marks a handler that may return an async iterable, which is sent to the caller item by item. Methods
 * written as `async *rows()` need no mark.
 *
 * @example
 * ```ts
 * @OnMessage('rows') @Stream()
 * rows(@Data() query: Query) { return this.database.rows(query) }
 * ```
 */
export function Stream(): MethodDecorator {
  return methodDecorator('Stream', (record) => {
    record.stream = true
  })
}
