import { parameterDecorator } from './record-on.js'

/** The connection the message came from: a `WsConnection`. */
export function Connection(): ParameterDecorator {
  return parameterDecorator('Connection', 'connection')
}
