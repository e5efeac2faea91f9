import type { SlowPolicy } from '../rooms/slow-rule.js'
import { methodDecorator } from './record-on.js'

/** How `@Broadcast` sends. */
export interface BroadcastOptions {
  /** A room name in full, filled from the route's parameters; default: the path of the message. */
  readonly room?: string
  /** Whether the sender is left out. Default: true. */
  readonly excludeSelf?: boolean
  /**
   * What becomes of it where a member reads too slowly; `{ latest }` gives the key of which the newest
   * is kept, out of what is pushed. Default: the option `backpressure.policy`.
   */
  readonly slow?: SlowPolicy | { readonly latest: KeyOfPush }
}

/** Out of what is pushed, the key of which a slow client gets the newest only. */
// Any data: a decorator does not know what the method below it returns.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type KeyOfPush = (data: any) => string

/**
 * Pushes what the handler returns to a room. `undefined` pushes nothing. Several on one method push
 * in the order they are written.
 *
 * @param event the event of the push; default: the event of the message
 */
export function Broadcast(event?: string, options?: BroadcastOptions): MethodDecorator {
  // Stacked decorators run from the bottom up: to push from top to bottom, each goes to the front.
  return methodDecorator('Broadcast', (record) => {
    record.broadcasts = [{ event, options }, ...record.broadcasts]
  })
}
