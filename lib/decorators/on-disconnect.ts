import { append } from '../metadata/store.js'
import { methodDecorator } from './record-on.js'

/**
 * Runs when a connection has closed, in the order of `controllers`. The connection's rooms are still
 * there to read and to broadcast to; it leaves them afterwards. What it throws is logged.
 */
export function OnDisconnect(): MethodDecorator {
  return methodDecorator('OnDisconnect', (record) => {
    record.lifecycle = append(record.lifecycle, 'disconnect')
  })
}
