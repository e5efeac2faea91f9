import { parameterDecorator } from './record-on.js'

/**
 * What `authorize` returned for this connection.
 *
 * @param key one property of it; default: all of it
 */
export function Session(key?: string): ParameterDecorator {
  return parameterDecorator('Session', 'session', key)
}
