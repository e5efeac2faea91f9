import { methodDecorator } from './record-on.js'
import { ownRecord } from '../metadata/store.js'
import type { Constructor } from '../metadata/records.js'

/**
 * Makes each message of a connection wait until the one before has been answered: on a method for
 * the messages of that method, on a controller for all of the controller's together.
 *
 * Without it messages are started in order of arrival, and may overtake each other while they wait
 * for something.
 */
export function Serial(): ClassDecorator & MethodDecorator {
  const onMethod = methodDecorator('Serial', (record) => {
    record.serial = true
  })
  return (target: object, name?: string | symbol, descriptor?: PropertyDescriptor): void => {
    if (name === undefined) ownRecord(target as Constructor).serial = true
    else onMethod(target, name, descriptor ?? {})
  }
}
