import { append } from '../metadata/store.js'
import { methodDecorator } from './record-on.js'

/**
 * Runs before a connection becomes a member of a matching room, whatever asked for it; once per
 * attempt. A throw refuses the entry and is the error of whoever asked. Under `@Join` it runs before
 * the handler, which a refusal keeps from running.
 *
 * @param pattern which rooms, as a path pattern in full (a room's name is not relative to the
 * prefix); default: the controller's prefix, or every room when it has none
 */
export function OnJoin(pattern?: string): MethodDecorator {
  return methodDecorator('OnJoin', (record) => {
    record.roomHooks = append(record.roomHooks, { kind: 'join', pattern })
  })
}
