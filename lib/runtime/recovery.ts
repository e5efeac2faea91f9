import { andThen, guarded, isPromise, type MaybePromise } from '../async/maybe-promise.js'
import { WsError } from '../errors/ws-error.js'
import { CLOSE_CODES } from '../protocol/close-codes.js'
import type { WsFrame } from '../protocol/codec.js'
import type { WsMessage } from '../protocol/records.js'
import type { WsResumed } from '../protocol/v1.js'
import type { RoomAccess } from '../rooms/room-access.js'
import type { AppHost } from './app-host.js'
import type { ConnectionSocket } from './connection-socket.js'
import type { LiveConnection } from './live-connection.js'
import { LostConnections } from './lost-connections.js'
import type { Memberships } from './memberships.js'
import { PendingFrames } from './pending-frames.js'
import type { Resumption } from './resumption.js'
import { readResume } from './resume-request.js'
import { readMissed, returnToRooms, type PlacedRequest } from './return-to-rooms.js'
import { countClosed } from './ws-counters.js'

/** What recovery works with. */
export interface RecoveryParts {
  readonly host: AppHost
  readonly memberships: Memberships
  /** Milliseconds that a lost connection is kept. */
  readonly window: number
  /** Milliseconds that `@OnJoin` may take. */
  readonly timeout: number
  /** Asks the `@OnJoin` hooks. */
  readonly mayJoin: (
    connection: LiveConnection,
    room: string,
  ) => MaybePromise<RoomAccess | undefined>
  /** Runs what is due when a connection is gone for good. */
  readonly leave: (connection: LiveConnection) => void
  /** Handles a frame that waited. */
  readonly handle: (connection: LiveConnection, frame: WsFrame) => void
  /** Says whose events the events of a socket are; nobody's when absent. */
  readonly bind: (socket: ConnectionSocket, connection?: LiveConnection) => void
}

/** What the reply says when nothing is known of a session, or it is somebody else's. */
const UNKNOWN: WsResumed = { resumed: false, rooms: {} }

/** Keeps connections that were lost, and hands them the sockets that their clients come back with. */
export class Recovery {
  readonly #parts: RecoveryParts
  readonly #byToken = new Map<string, LiveConnection>()
  readonly #lost: LostConnections
  #isStopped = false

  constructor(parts: RecoveryParts) {
    this.#parts = parts
    const giveUp = (connection: LiveConnection): void => this.#giveUp(connection)
    this.#lost = new LostConnections(parts.window, giveUp, parts.host.clock)
  }

  /** How many lost connections are kept. */
  get size(): number {
    return this.#lost.size
  }

  /** A connection opened. @returns the token by which it may be continued */
  begin(connection: LiveConnection): string {
    const token = crypto.randomUUID()
    connection.resumption = { token, attempt: 0, successor: undefined }
    this.#byToken.set(token, connection)
    return token
  }

  /** The socket of a connection closed. @returns whether the connection is kept */
  keep(connection: LiveConnection, code: number): boolean {
    const { resumption, connecting, isEnding } = connection
    if (!resumption) return false
    if (this.#isStopped || connecting || isFinal(code, isEnding)) {
      this.#byToken.delete(resumption.token)
      return false
    }
    this.#park(connection)
    return true
  }

  /**
   * A client wants to continue a connection, with the socket of another.
   *
   * @returns the reply, unless it has been sent
   * @throws WsError 400 for a bad request, 409 for one that comes too late
   */
  resume(fresh: LiveConnection, message: WsMessage): MaybePromise<unknown> {
    const request = readResume(message)
    const connection = this.#byToken.get(request.session)
    const isOwn = connection !== undefined && connection !== fresh && fresh.resumption !== undefined
    // Its rooms have counted what it reads.
    if (!isOwn || connection.encoding !== fresh.encoding) return UNKNOWN
    if (connection.connecting || connection.userId !== fresh.userId) return UNKNOWN
    if (fresh.inFlight > 0) throw new WsError(409, '$resume comes before all other messages')
    this.#lost.take(connection)
    if (connection.socket) this.#cut(connection, connection.socket)
    const { session, expiresAt, userId } = fresh
    this.#parts.host.server.identify(connection, { session, expiresAt, userId })
    const { maxPendingFrames, maxPendingBytes } = this.#parts.host.limits
    fresh.pending ??= new PendingFrames(maxPendingFrames, maxPendingBytes)
    const attempt = ++(connection.resumption as Resumption).attempt
    const refused = this.#ask(connection)
    const end = this.#watch({ connection, fresh, attempt }, refused)
    const { host } = this.#parts
    return andThen(refused, (rooms) =>
      andThen(readMissed(host, connection.rooms, request.rooms), (pages) => {
        end()
        return this.#finish({ connection, fresh, attempt }, { ...request, pages }, rooms)
      }),
    )
  }

  /** Ends lost connections that are not to come back. */
  revoke(isMeant: (connection: LiveConnection) => boolean): void {
    for (const connection of this.#lost.all()) {
      if (isMeant(connection)) this.#lost.end(connection)
    }
  }

  /** Keeps nothing any more; what is kept is gone for good. */
  stop(): void {
    this.#isStopped = true
    this.revoke(() => true)
  }

  #park(connection: LiveConnection): void {
    this.#parts.memberships.lost(connection)
    this.#lost.add(connection)
  }

  #giveUp(connection: LiveConnection): void {
    this.#byToken.delete((connection.resumption as Resumption).token)
    this.#parts.leave(connection)
  }

  /** The client is back before its former socket was known to be dead. */
  #cut(connection: LiveConnection, socket: ConnectionSocket): void {
    const { host, bind } = this.#parts
    connection.flush()
    connection.forgetDetour()
    connection.socket = undefined
    // From here on nothing that the socket does is the connection's.
    bind(socket)
    socket.end(CLOSE_CODES.REPLACED, 'Replaced by a newer connection')
    connection.closeCode = CLOSE_CODES.REPLACED
    connection.pending = undefined
    host.counters.connections--
    countClosed(host.counters, CLOSE_CODES.REPLACED)
    host.server.remove(connection)
    host.events.emit('disconnect', { connection, code: CLOSE_CODES.REPLACED })
  }

  /** @returns the rooms that it may not be in any more */
  #ask(connection: LiveConnection): MaybePromise<ReadonlySet<string>> {
    const refused = new Set<string>()
    const { mayJoin, host } = this.#parts
    const waits: Promise<void>[] = []
    for (const room of [...connection.rooms]) {
      const asked = guarded(
        () =>
          andThen(mayJoin(connection, room), (access) => {
            // What else a member may do was said while it was in: that stays as it was.
            if (access === 'read') host.rooms.setAccess(connection, room, access)
          }),
        (error) => {
          if (!(error instanceof WsError)) {
            host.logger.error({ err: error, connection: connection.id, room }, 'a hook failed')
          }
          refused.add(room)
        },
      )
      if (isPromise(asked)) waits.push(asked)
    }
    return waits.length === 0 ? refused : Promise.all(waits).then(() => refused)
  }

  /** Hooks that hang must keep neither the connection nor the client. */
  #watch(attempt: Attempt, refused: MaybePromise<unknown>): () => void {
    if (!isPromise(refused)) return () => undefined
    const { clock } = this.#parts.host
    const timer = clock.setTimeout(() => {
      this.#abandon(attempt)
      attempt.fresh.closeSoon(CLOSE_CODES.TIMEOUT, 'To resume took too long')
    }, this.#parts.timeout)
    timer.unref()
    return () => clock.clearTimeout(timer)
  }

  /** Whether it is still the last one. */
  #isCurrent({ connection, attempt }: Attempt): boolean {
    return connection.resumption?.attempt === attempt
  }

  #abandon(attempt: Attempt): void {
    const { connection } = attempt
    if (!this.#isCurrent(attempt)) return
    ;(connection.resumption as Resumption).attempt++
    if (this.#isStopped) this.#giveUp(connection)
    else this.#park(connection)
  }

  #finish(attempt: Attempt, request: PlacedRequest, refused: ReadonlySet<string>): unknown {
    const { connection, fresh } = attempt
    if (!this.#isCurrent(attempt)) {
      fresh.closeSoon(CLOSE_CODES.REPLACED, 'Replaced by a newer connection')
      throw new WsError(409, 'The session is continued by a newer connection')
    }
    if (!fresh.socket || fresh.isEnding || this.#isStopped) {
      this.#abandon(attempt)
      return UNKNOWN
    }
    const { host } = this.#parts
    for (const room of refused) host.rooms.end(connection, room, 'refused')
    const pending = this.#takeOver(connection, fresh, fresh.socket)
    returnToRooms(this.#parts, connection, request)
    this.#parts.leave(fresh)
    for (let frame = pending?.shift(); frame !== undefined; frame = pending?.shift()) {
      this.#handle(connection, frame)
    }
    // The reply has been sent: what missed pushes come behind.
    return undefined
  }

  #handle(connection: LiveConnection, frame: WsFrame): void {
    if (connection.isOpen) this.#parts.handle(connection, frame)
  }

  #takeOver(
    connection: LiveConnection,
    fresh: LiveConnection,
    socket: ConnectionSocket,
  ): PendingFrames | undefined {
    const { host, bind } = this.#parts
    const { pending, resumption } = fresh
    fresh.flush()
    host.server.remove(fresh)
    if (resumption) {
      this.#byToken.delete(resumption.token)
      resumption.successor = (frame) => this.#handle(connection, frame)
    }
    connection.adopt(fresh)
    bind(socket, connection)
    host.server.add(connection)
    return pending
  }
}

/** One attempt to continue a connection. */
interface Attempt {
  readonly connection: LiveConnection
  readonly fresh: LiveConnection
  readonly attempt: number
}

/** Whether a client that was closed so will not come back, or was told not to. */
function isFinal(code: number, isByServer: boolean): boolean {
  if (code >= 4000 || code === 1000) return true
  // A browser that leaves the page sends it, too; from the server it means: come again.
  return code === CLOSE_CODES.GOING_AWAY && !isByServer
}
