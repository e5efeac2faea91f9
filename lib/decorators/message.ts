import { parameterDecorator } from './record-on.js'

/** The whole message: `{ event, path, params, data, id, raw }`. */
export function Message(): ParameterDecorator {
  return parameterDecorator('Message', 'message')
}
