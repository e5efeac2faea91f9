import type { Constructor } from '../metadata/records.js'
import { ownRecord } from '../metadata/store.js'
import { methodDecorator } from './record-on.js'

/**
 * How long a handler may take, with its middleware: on a method, or on a controller for all its
 * handlers. Then the message is answered by 408 and `context.signal` is aborted; the handler cannot be
 * stopped, but what it returns later is dropped and logged, and joins and broadcasts nothing.
 *
 * @param milliseconds 1 to 2,147,483,647, or 0 for no limit. Default: the option `handlerTimeout`
 */
export function Timeout(milliseconds: number): ClassDecorator & MethodDecorator {
  const onMethod = methodDecorator('Timeout', (record) => {
    record.timeout = milliseconds
  })
  return (target: object, name?: string | symbol, descriptor?: PropertyDescriptor): void => {
    if (name === undefined) ownRecord(target as Constructor).timeout = milliseconds
    else onMethod(target, name, descriptor ?? {})
  }
}
