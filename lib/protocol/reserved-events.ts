/** Events whose name starts with `$` belong to the protocol. */
export const RESERVED_PREFIX = '$'

/** The reserved events that the server sends. */
export const RESERVED_PUSH = {
  WELCOME: '$welcome',
  ERROR: '$error',
  CLOSING: '$closing',
  JOINED: '$joined',
  LEFT: '$left',
  GAP: '$gap',
  PRESENCE: '$presence',
  ITEM: '$item',
} as const

/** The reserved event by which a client asks for a sign of life. */
export const PING_EVENT = '$ping'

/** The reserved event by which a client hands over a token. */
export const TOKEN_EVENT = '$token'

/** The reserved event by which a client says what its member shows. */
export const PRESENCE_EVENT = '$presence'

/** The reserved event that carries the frames of documents, both ways. */
export const DOCUMENT_EVENT = '$document'

/** The reserved event by which a client continues its session. */
export const RESUME_EVENT = '$resume'

/** The reserved event by which a client asks for a reply that is a stream. */
export const STREAM_EVENT = '$stream'

/** The reserved event by which a client says how many items of a stream it has room for. */
export const CREDIT_EVENT = '$credit'

/** The reserved event by which a client ends a stream. */
export const CANCEL_EVENT = '$cancel'
