import { append } from '../metadata/store.js'
import { methodDecorator } from './record-on.js'

/**
 * The connection leaves a room when the handler has succeeded, before its result is broadcast or
 * replied.
 *
 * @param room a room name in full, filled from the parameters of the route; default: the path of
 * the message
 */
export function Leave(room?: string): MethodDecorator {
  return methodDecorator('Leave', (record) => {
    record.memberships = append(record.memberships, { kind: 'leave', room })
  })
}
