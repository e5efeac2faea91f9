import { WsError } from '../errors/ws-error.js'
import type { WsMessage } from '../protocol/records.js'
import {
  CANCEL_EVENT,
  CREDIT_EVENT,
  DOCUMENT_EVENT,
  PING_EVENT,
  PRESENCE_EVENT,
  RESUME_EVENT,
  TOKEN_EVENT,
} from '../protocol/reserved-events.js'
import type { WsResumed } from '../protocol/v1.js'
import { clip } from './clip.js'
import type { DocumentTraffic } from './document-traffic.js'
import type { Identity } from './identity.js'
import type { LiveConnection } from './live-connection.js'
import type { Recovery } from './recovery.js'
import type { RoomRosters } from './room-rosters.js'
import type { Streams } from './streams/streams.js'

const NOT_RESUMED: WsResumed = { resumed: false, rooms: {} }

/** Who handles them; what an app does without is absent. */
export interface ReservedParts {
  readonly identity: Identity
  readonly rosters: RoomRosters
  readonly streams: Streams
  readonly recovery?: Recovery | undefined
  readonly documents?: DocumentTraffic | undefined
}

/** Handles the messages that belong to the protocol. */
export class ReservedMessages {
  readonly #parts: ReservedParts

  constructor(parts: ReservedParts) {
    this.#parts = parts
  }

  /**
   * @returns the reply, or a promise of it
   * @throws WsError 400 for what clients may not send
   */
  handle(connection: LiveConnection, message: WsMessage): unknown {
    const { recovery, rosters, streams, documents } = this.#parts
    switch (message.event) {
      case PING_EVENT:
        return null
      case TOKEN_EVENT:
        return this.#takeToken(connection, message.data)
      case RESUME_EVENT:
        return recovery ? recovery.resume(connection, message) : NOT_RESUMED
      case PRESENCE_EVENT:
        return rosters.take(connection, message)
      case CREDIT_EVENT:
        streams.credit(connection, message)
        return null
      case CANCEL_EVENT:
        streams.cancel(connection, message)
        return null
      case DOCUMENT_EVENT:
        if (!documents) throw new WsError(404, 'There are no documents')
        documents.take(connection, message)
        return undefined
      default:
        throw new WsError(400, `Event "${clip(message.event)}" is reserved`)
    }
  }

  #takeToken(connection: LiveConnection, data: unknown): Promise<null> {
    const token =
      typeof data === 'object' && data !== null && 'token' in data ? data.token : undefined
    if (typeof token !== 'string' || token === '') {
      throw new WsError(400, '$token needs { token }, a text')
    }
    const { identity } = this.#parts
    return identity.refresh(connection, token).then(
      () => null,
      (error: unknown) => {
        // Who has no session yet has had this one chance.
        if (connection.credentials?.held) identity.refuse(connection, error)
        throw error
      },
    )
  }
}
