import { append } from '../metadata/store.js'
import { methodDecorator } from './record-on.js'

/**
 * Runs when a connection has opened. Every controller may have one; they run in the order of
 * `controllers`, each after the one before. Messages that arrive meanwhile wait, in order.
 *
 * A thrown `WsError` 401 or 403 closes the connection with 4401 or 4403, 429 or 503 with 1013, and
 * anything else with 1011.
 */
export function OnConnect(): MethodDecorator {
  return methodDecorator('OnConnect', (record) => {
    record.lifecycle = append(record.lifecycle, 'connect')
  })
}
