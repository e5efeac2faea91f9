import { WsError } from '../errors/ws-error.js'

/** Milliseconds that a connection outlives its session, for the client to refresh it. */
export const SESSION_GRACE = 25_000

/** Before this, milliseconds since the epoch were most likely meant as seconds. */
const EARLIEST = Date.UTC(2001, 0, 1)

/** A session that says until when it is good. */
interface Expiring {
  readonly expiresAt?: number | Date | null
}

/** A session that says whose it is. */
interface Owned {
  readonly userId?: unknown
  readonly user?: unknown
}

/**
 * When a session ends, in milliseconds since the epoch; `undefined` when it says nothing.
 *
 * @throws TypeError for an `expiresAt` that is no such instant
 */
function expiryOf(session: unknown): number | undefined {
  if (typeof session !== 'object' || session === null) return undefined
  const { expiresAt } = session as Expiring
  if (expiresAt === undefined || expiresAt === null) return undefined
  const instant = expiresAt instanceof Date ? expiresAt.getTime() : expiresAt
  if (typeof instant !== 'number' || Number.isNaN(instant)) {
    throw new TypeError('session.expiresAt must be milliseconds since the epoch, or a Date')
  }
  if (instant < EARLIEST) {
    throw new TypeError(
      'session.expiresAt is in milliseconds; this looks like seconds: multiply by 1000',
    )
  }
  return instant === Infinity ? undefined : instant
}

/**
 * Whose session it is: its `userId`, else its `user` when that is text or a number, else the `id` of
 * its `user`.
 */
function defaultUserId(session: unknown): string | undefined {
  if (typeof session !== 'object' || session === null) return undefined
  const { userId, user } = session as Owned
  const id = userId ?? (typeof user === 'object' && user !== null && 'id' in user ? user.id : user)
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined
}

/** What the framework reads of a session. */
export interface SessionFacts {
  readonly session: unknown
  readonly expiresAt: number | undefined
  readonly userId: string | undefined
}

/** Says whose a session is. */
export type UserIdOf = (session: never) => string | number | null | undefined

/**
 * Reads a session that `authorize` returned.
 *
 * @param now milliseconds since the epoch
 * @throws WsError 401 when it has ended already
 * @throws TypeError for an `expiresAt` or a user id that is none
 */
export function readSession(
  session: unknown,
  userIdOf: UserIdOf | undefined,
  now: number,
): SessionFacts {
  const expiresAt = expiryOf(session)
  if (expiresAt !== undefined && expiresAt <= now) {
    throw new WsError(401, 'The session has expired')
  }
  return {
    session,
    expiresAt,
    userId: userIdOf ? given(userIdOf, session) : defaultUserId(session),
  }
}

function given(userIdOf: UserIdOf, session: unknown): string | undefined {
  const id: unknown = userIdOf(session as never)
  if (id === undefined || id === null) return undefined
  if (typeof id !== 'string' && typeof id !== 'number') {
    throw new TypeError('the option userId must return text, a number or undefined')
  }
  return String(id)
}
