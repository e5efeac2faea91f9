import { WsError } from '../errors/ws-error.js'
import type { WsMessage } from '../protocol/records.js'
import {
  PING_EVENT,
  PRESENCE_EVENT,
  RESUME_EVENT,
  TOKEN_EVENT,
} from '../protocol/reserved-events.js'
import type { WsResumed } from '../protocol/v1.js'
import { clip } from './clip.js'
import type { Identity } from './identity.js'
import type { LiveConnection } from './live-connection.js'
import type { Recovery } from './recovery.js'
import type { RoomRosters } from './room-rosters.js'

const NOT_RESUMED: WsResumed = { resumed: false, rooms: {} }

/** Handles the messages that belong to the protocol. */
export class ReservedMessages {
  readonly #identity: Identity

  readonly #recovery: Recovery | undefined

  readonly #rosters: RoomRosters

  constructor(identity: Identity, rosters: RoomRosters, recovery?: Recovery) {
    this.#identity = identity
    this.#rosters = rosters
    this.#recovery = recovery
  }

  /**
   * @returns the reply, or a promise of it
   * @throws WsError 400 for what clients may not send
   */
  handle(connection: LiveConnection, message: WsMessage): unknown {
    switch (message.event) {
      case PING_EVENT:
        return null
      case TOKEN_EVENT:
        return this.#takeToken(connection, message.data)
      case RESUME_EVENT:
        return this.#recovery ? this.#recovery.resume(connection, message) : NOT_RESUMED
      case PRESENCE_EVENT:
        return this.#rosters.take(connection, message)
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
    return this.#identity.refresh(connection, token).then(
      () => null,
      (error: unknown) => {
        // Who has no session yet has had this one chance.
        if (connection.credentials?.held) this.#identity.refuse(connection, error)
        throw error
      },
    )
  }
}
