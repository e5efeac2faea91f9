import { methodDecorator } from './record-on.js'

/** How `@Broadcast` sends. */
export interface BroadcastOptions {
  /** A room name in full, filled from the route's parameters; default: the path of the message. */
  readonly room?: string
  /** Whether the sender is left out. Default: true. */
  readonly excludeSelf?: boolean
}

/**
 * Pushes what the handler returns to a room. `undefined` pushes nothing. Several on one method push
 * in the order they are written.
 *
 * @param event the event of the push; default: the event of the message
 */
export function Broadcast(event?: string, options?: BroadcastOptions): MethodDecorator {
  // Stacked decorators run from the bottom up: to push from top to bottom, each goes to the front.
  return methodDecorator('Broadcast', (record) => record.broadcasts.unshift({ event, options }))
}
