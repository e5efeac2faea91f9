import { parameterDecorator } from './record-on.js'

/** All connections: the `WsServer`. */
export function Server(): ParameterDecorator {
  return parameterDecorator('Server', 'server')
}
