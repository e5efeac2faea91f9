import { parameterDecorator } from './record-on.js'

/**
 * A parameter of the matched path, decoded; of the room's name in `@OnJoin` and `@OnLeave`.
 *
 * @param name which one; default: all of them, as an object
 */
export function Param(name?: string): ParameterDecorator {
  return parameterDecorator('Param', 'param', name)
}
