import { markInjectable } from '../di/mark-injectable.js'
import { ownRecord } from '../metadata/store.js'
import type { Constructor } from '../metadata/records.js'

/**
 * Marks a class as a controller, makes it injectable, and prefixes the paths of its `@OnMessage`
 * handlers.
 *
 * @param prefix a path pattern such as `/chat/:room`; default: none
 * @example
 * ```ts
 * @Controller('/chat/:room')
 * class ChatController {}
 * ```
 */
export function Controller(prefix?: string): ClassDecorator {
  return (target) => {
    const controller = target as unknown as Constructor
    ownRecord(controller).controller = { prefix }
    markInjectable(controller)
  }
}
