import { markInjectable } from '../di/mark-injectable.js'
import { ownRecord } from '../metadata/store.js'
import type { Constructor } from '../metadata/records.js'
import { isChannel, type Channel } from '../protocol/channel.js'
import type { HistoryChoice, HistoryOptions } from '../rooms/history/room-history.js'
import type { BroadcastWindow } from '../rooms/broadcast-window.js'

/** What else a controller may say. */
export interface ControllerOptions {
  /**
   * How long what its handlers broadcast is gathered, in milliseconds, or `'auto'`. Default: what the
   * app's `broadcastWindow` says.
   */
  readonly broadcastWindow?: BroadcastWindow
  /**
   * Keeps what is pushed to the rooms that the prefix matches, so that a client that lost its
   * connection gets what it missed. Default: false. `true` is `{ size: 200, ttl: 120 }`. A function
   * decides about each room, by the parameters of the prefix.
   */
  readonly history?: boolean | HistoryOptions | HistoryChoice
}

/**
 * Marks a class as a controller, makes it injectable, and prefixes the paths of its `@OnMessage`
 * handlers.
 *
 * @param prefix a path pattern such as `/chat/:room`, or a channel, which has one; default: none
 * @example
 * ```ts
 * @Controller('/chat/:room')
 * class ChatController {}
 * ```
 */
export function Controller(prefix?: string | Channel, options?: ControllerOptions): ClassDecorator {
  return (target) => {
    const controller = target as unknown as Constructor
    ownRecord(controller).controller = {
      prefix: isChannel(prefix) ? prefix.path : prefix,
      options,
    }
    markInjectable(controller)
  }
}
