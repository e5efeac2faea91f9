import { methodDecorator } from './record-on.js'

/** How `@Broadcast` sends. */
export interface BroadcastOptions {
  /** A room name in full, filled from the route's parameters; default: the path of the message. */
  readonly room?: string
  /** Whether the sender is left out. Default: true. */
  readonly excludeSelf?: boolean
}

/**
 * Pushes what the handler returns to a room. `undefined` pushes nothing.
 *
 * @param event the event of the push; default: the event of the message
 */
export function Broadcast(event?: string, options?: BroadcastOptions): MethodDecorator {
  return methodDecorator('Broadcast', (record) => record.broadcasts.push({ event, options }))
}
