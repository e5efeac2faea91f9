import type { Encoding } from '../rooms/encodings/encoding.js'
import type { WsConnection } from './ws-connection.js'

/** A connection as its server sees it. */
export interface ServerConnection extends WsConnection {
  readonly encoding: Encoding
  session: unknown
  /** When the session ends, in milliseconds since the epoch. */
  expiresAt: number | undefined
  userId: string | undefined
  /** Milliseconds since the epoch. */
  readonly openedAt: number
  /** It will be closed in a moment. */
  readonly isEnding: boolean
  /** Closes it in a later turn. */
  closeSoon(code: number, reason: string): void
}
