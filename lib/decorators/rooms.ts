import { parameterDecorator } from './record-on.js'

/** The rooms, seen from the current message: a `WsRooms`. */
export function Rooms(): ParameterDecorator {
  return parameterDecorator('Rooms', 'rooms')
}
