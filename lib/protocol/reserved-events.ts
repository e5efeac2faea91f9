/** Events whose name starts with `$` belong to the protocol. */
export const RESERVED_PREFIX = '$'

/** The reserved events that the server sends. */
export const RESERVED_PUSH = {
  WELCOME: '$welcome',
  ERROR: '$error',
  CLOSING: '$closing',
} as const

/** The reserved event by which a client asks for a sign of life. */
export const PING_EVENT = '$ping'
