/** The channel of pushes to every connection. Rooms have channels of their own. */
export const EVERYONE_CHANNEL = 'ws:everyone'

/** The channel of pushes to users. */
export const USERS_CHANNEL = 'ws:users'

/** The channel of pushes to a room. */
export function channelOf(room: string): string {
  return `ws:room:${room}`
}
