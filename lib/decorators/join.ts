import { append } from '../metadata/store.js'
import { methodDecorator } from './record-on.js'

/**
 * The connection enters a room when the handler has succeeded, before its result is broadcast or
 * replied. A handler that throws changes no membership.
 *
 * @param room a room name in full, filled from the parameters of the route: `/chat/:room`; default:
 * the path of the message
 */
export function Join(room?: string): MethodDecorator {
  return methodDecorator('Join', (record) => {
    record.memberships = append(record.memberships, { kind: 'join', room })
  })
}
