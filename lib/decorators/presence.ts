import { ownRecord } from '../metadata/store.js'
import type { Constructor } from '../metadata/records.js'

/**
 * Gives the rooms that the controller's prefix matches a roster: who is there, and what each shows of
 * itself. What clients show is validated as `@Data` is, and has 4,096 bytes at most.
 *
 * @param type the class of what a member shows; `Object` for anything
 * @example
 * ```ts
 * @Presence(Cursor)
 * @Controller('/board/:board')
 * class BoardController {}
 * ```
 */
export function Presence(type: Constructor<unknown>): ClassDecorator {
  return (target) => {
    ownRecord(target as unknown as Constructor).presence = { type }
  }
}
