import { append } from '../metadata/store.js'
import { methodDecorator } from './record-on.js'

/**
 * Runs after a member has left a matching room, whatever the cause: a call, the end of the
 * connection, a removal by the server. Exactly once per entry. What it throws is logged.
 *
 * @param pattern which rooms, as a path pattern in full; default: the controller's prefix, or every
 * room when it has none
 */
export function OnLeave(pattern?: string): MethodDecorator {
  return methodDecorator('OnLeave', (record) => {
    record.roomHooks = append(record.roomHooks, { kind: 'leave', pattern })
  })
}
