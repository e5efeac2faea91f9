import type { Constructor, Description } from '../metadata/records.js'
import { ownMethod, ownRecord } from '../metadata/store.js'

/**
 * Describes a controller, a handler, a DTO class or one of its properties, for the AsyncAPI document.
 *
 * @example
 * ```ts
 * @OnMessage('say')
 * @Describe({ summary: 'Says something', reply: Said, examples: [{ text: 'hello' }] })
 * say(@Data() said: Say) {}
 * ```
 */
export function Describe(
  description: Description,
): ClassDecorator & MethodDecorator & PropertyDecorator {
  return (target: object, name?: string | symbol, descriptor?: PropertyDescriptor): void => {
    if (name === undefined) {
      ownRecord(target as Constructor).description = description
      return
    }
    const owner = target.constructor as Constructor
    if (typeof descriptor?.value === 'function') {
      ownMethod(owner, name).description = description
      return
    }
    const record = ownRecord(owner)
    record.properties ??= new Map()
    record.properties.set(String(name), description)
  }
}
