import type { ClockTimer } from '../async/clock.js'
import { isServerFault, WsError } from '../errors/ws-error.js'
import { CLOSE_CODES } from '../protocol/close-codes.js'
import { RESERVED_PUSH, TOKEN_EVENT } from '../protocol/reserved-events.js'
import type { RoomAccess } from '../rooms/room-access.js'
import type { AppHost } from './app-host.js'
import type { Credentials } from './credentials.js'
import { toErrorBody, type Failures } from './failures.js'
import type { LiveConnection } from './live-connection.js'
import { refusalCodeOf } from './refusal-code.js'
import { readSession, SESSION_GRACE, type SessionFacts, type UserIdOf } from './session.js'
import { TokenRequest } from './token-request.js'
import type { Revocation } from './revocations.js'
import type { UpgradeRequest } from './upgrade-request.js'
import type { WsConnection } from './ws-connection.js'

/** Says who a client is. */
export type Authorize = (request: UpgradeRequest) => unknown

/** What identities are made and checked with. */
export interface IdentityParts {
  readonly host: AppHost
  readonly failures: Failures
  readonly authorize: Authorize | undefined
  readonly userIdOf: UserIdOf | undefined
  /** Milliseconds. */
  readonly authorizeTimeout: number
  /** Asks the `@OnJoin` hooks. */
  readonly mayJoin: (
    connection: WsConnection,
    room: string,
  ) => RoomAccess | undefined | PromiseLike<RoomAccess | undefined>
  /** Asks for the documents anew that a connection has open. Never rejects. */
  readonly askDocuments?: ((connection: LiveConnection) => Promise<void>) | undefined
  /** A connection that waited for a token has a session now. */
  readonly admitted: (connection: LiveConnection, revoked?: readonly Revocation[]) => void
}

/** Who the clients are, from the first token to the last. */
export class Identity {
  readonly #parts: IdentityParts

  constructor(parts: IdentityParts) {
    this.#parts = parts
  }

  /**
   * A client sent a token: `authorize` runs again, the session is replaced, and the rooms are asked
   * for anew. The tokens of one connection are looked at one after the other.
   *
   * @returns done when the rooms have been asked for, too; rejects with what `authorize` threw, and
   * then the session is as it was
   */
  refresh(connection: LiveConnection, token: string | undefined): Promise<void> {
    const { credentials } = connection
    const { authorize } = this.#parts
    // Without `authorize` everyone is let in, with any token.
    if (!credentials || !authorize) return Promise.resolve()
    const before = credentials.refreshing ?? Promise.resolve()
    const done = before.then(() => this.#refresh(connection, credentials, token))
    const settled = done.then(undefined, () => undefined)
    credentials.refreshing = settled
    void settled.then(() => {
      if (credentials.refreshing === settled) credentials.refreshing = undefined
    })
    return done
  }

  /** Asks `authorize` again with what is known; closes who is refused. Never rejects. */
  async reauthorize(connection: LiveConnection): Promise<void> {
    try {
      await this.refresh(connection, connection.credentials?.token)
    } catch (error) {
      this.refuse(connection, error)
    }
  }

  /** Closes a connection because of what `authorize` threw. */
  refuse(connection: LiveConnection, error: unknown): void {
    if (!(error instanceof WsError) || isServerFault(error.code)) {
      this.#parts.host.logger.error({ err: error, connection: connection.id }, 'authorize failed')
    }
    const { code, message } = toErrorBody(error)
    connection.closeSoon(refusalCodeOf(code), message)
  }

  /** Looks whether a session has ended: tells the client, and closes when nothing came of it. */
  checkExpiry(connection: LiveConnection, now: number): void {
    const { expiresAt, credentials } = connection
    if (expiresAt === undefined || !credentials || now < expiresAt) return
    if (now >= expiresAt + SESSION_GRACE) {
      connection.closeSoon(CLOSE_CODES.UNAUTHORIZED, 'The session has expired')
    } else if (!credentials.isExpiryTold) {
      credentials.isExpiryTold = true
      if (!connection.speaksV1) return
      const told = { code: 401, message: 'The session has expired', event: TOKEN_EVENT, path: '/' }
      this.#parts.failures.push(connection, RESERVED_PUSH.ERROR, '/', told)
    }
  }

  async #refresh(
    connection: LiveConnection,
    credentials: Credentials,
    token: string | undefined,
  ): Promise<void> {
    const { userIdOf, host, admitted, askDocuments } = this.#parts
    const { revocations } = host.server
    // Who is connected already is found by `revoke` itself.
    const revoked = credentials.held === undefined ? undefined : revocations.watch()
    let facts: SessionFacts
    try {
      const session = await this.#authorize(new TokenRequest(credentials.request, token))
      facts = readSession(session, userIdOf, host.clock.date())
    } finally {
      revocations.unwatch(revoked)
    }
    if (!connection.isOpen || connection.isEnding || connection.credentials !== credentials) return
    credentials.token = token
    credentials.isExpiryTold = false
    host.server.identify(connection, facts)
    if (credentials.held === undefined) {
      await this.#askRooms(connection)
      await askDocuments?.(connection)
      return
    }
    if (credentials.held !== true) host.clock.clearTimeout(credentials.held)
    credentials.held = undefined
    admitted(connection, revoked)
  }

  async #authorize(request: UpgradeRequest): Promise<unknown> {
    const { authorize, authorizeTimeout, host } = this.#parts
    let timer: ClockTimer | undefined
    const late = new Promise<never>((_resolve, reject) => {
      const tell = (): void => reject(new WsError(408, 'authorize took too long'))
      timer = host.clock.setTimeout(tell, authorizeTimeout)
    })
    try {
      return await Promise.race([authorize?.(request), late])
    } finally {
      host.clock.clearTimeout(timer)
    }
  }

  /** Rooms that the new session may not be in are left. */
  async #askRooms(connection: LiveConnection): Promise<void> {
    const { mayJoin, host } = this.#parts
    for (const room of [...connection.rooms]) {
      try {
        const access = await mayJoin(connection, room)
        if (access) host.rooms.setAccess(connection, room, access)
      } catch (error) {
        if (!(error instanceof WsError)) {
          host.logger.error({ err: error, connection: connection.id, room }, 'a hook failed')
        }
        host.rooms.end(connection, room, 'refused')
      }
    }
  }
}
