import { andThen, isPromise, type MaybePromise } from '../async/maybe-promise.js'
import { WsError } from '../errors/ws-error.js'
import { CLOSE_CODES } from '../protocol/close-codes.js'
import type { WsFrame } from '../protocol/codec.js'
import type { WsMessage } from '../protocol/records.js'
import type { WsResumed } from '../protocol/v1.js'
import type { SessionClaim } from '../transports/sessions/ws-session-store.js'
import type { AppHost } from './app-host.js'
import type { ConnectionSocket } from './connection-socket.js'
import type { LiveConnection } from './live-connection.js'
import { askRooms } from './ask-rooms.js'
import { isFinalClose } from './is-final-close.js'
import { LostConnections } from './lost-connections.js'
import type { Memberships } from './memberships.js'
import { PendingFrames } from './pending-frames.js'
import type { Resumption } from './resumption.js'
import { prepareEntry, type EnterParts } from './enter-again.js'
import { readResume, type ResumeRequest } from './resume-request.js'
import { readMissed, returnToRooms, type PlacedRequest } from './return-to-rooms.js'
import type { SharedSessions } from './shared-sessions.js'
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
  readonly mayJoin: EnterParts['mayJoin']
  /** Runs what is due when a connection is gone for good. */
  readonly leave: (connection: LiveConnection) => void
  /** Handles a frame that waited. */
  readonly handle: (connection: LiveConnection, frame: WsFrame) => void
  /** Hears what a connection shows that comes from another process. */
  readonly seed: EnterParts['seed']
  /** Where other processes find what is kept; absent when they do not. */
  readonly sessions?: SharedSessions | undefined
  /** Says whose events the events of a socket are; nobody's when absent. */
  readonly bind: (socket: ConnectionSocket, connection?: LiveConnection) => void
}

/** What the reply says when nothing is known of a session, or it is somebody else's. */
const UNKNOWN: WsResumed = { resumed: false, rooms: {} }

const REPLACED = 'Replaced by a newer connection'

/** Keeps connections that were lost, and hands them the sockets that their clients come back with. */
export class Recovery {
  readonly #parts: RecoveryParts
  readonly #byToken = new Map<string, LiveConnection>()
  readonly #lost: LostConnections
  /** Sessions of other processes that are on their way here. */
  readonly #entering = new Map<string, Entering>()
  #isStopped = false

  constructor(parts: RecoveryParts) {
    this.#parts = parts
    const giveUp = (connection: LiveConnection): void => this.#giveUp(connection)
    this.#lost = new LostConnections(parts.window, giveUp, parts.host.clock)
    parts.sessions?.listen((claimed, turn) => this.#supersede(claimed, turn))
  }

  /** How many lost connections are kept. */
  get size(): number {
    return this.#lost.size
  }

  /** A connection opened. @returns the token by which it may be continued */
  begin(connection: LiveConnection): string {
    const token = crypto.randomUUID()
    connection.resumption = { token, attempt: 0, turn: 1, successor: undefined }
    this.#byToken.set(token, connection)
    this.#parts.sessions?.begin(connection)
    return token
  }

  /** The socket of a connection closed. @returns whether the connection is kept */
  keep(connection: LiveConnection, code: number): boolean {
    const { resumption, connecting, isEnding } = connection
    if (!resumption) return false
    const isOver = connecting !== undefined || isFinalClose(code, isEnding)
    if (!isOver && !this.#isStopped) {
      this.#park(connection)
      return true
    }
    this.#byToken.delete(resumption.token)
    if (isOver) this.#parts.sessions?.ended(connection)
    else this.#parts.sessions?.leave(connection)
    return false
  }

  /**
   * A client wants to continue a connection, with the socket of another.
   *
   * @returns the reply, unless it has been sent
   * @throws WsError 400 for a bad request, 409 for one that comes too late
   */
  resume(fresh: LiveConnection, message: WsMessage): MaybePromise<unknown> {
    const request = readResume(message)
    const { sessions } = this.#parts
    if (!sessions || !fresh.resumption) return this.#resumeHere(fresh, request)
    if (fresh.inFlight > 0) throw tooLate()
    this.#hold(fresh)
    return sessions
      .claim(request.session, fresh.userId)
      .then((claim) => this.#resumeClaimed(fresh, request, claim))
      .then((reply) => {
        if (reply === UNKNOWN) this.#letGo(fresh)
        // It has been answered by the same connection: nobody has to once more.
        else Object.assign(message, { id: undefined })
        return reply
      })
  }

  /** Continues what this process has. */
  #resumeHere(fresh: LiveConnection, request: ResumeRequest): MaybePromise<unknown> {
    const connection = this.#byToken.get(request.session)
    const isOwn = connection !== undefined && connection !== fresh && fresh.resumption !== undefined
    // Its rooms have counted what it reads.
    if (!isOwn || connection.encoding !== fresh.encoding) return UNKNOWN
    if (connection.connecting || connection.userId !== fresh.userId) return UNKNOWN
    if (!this.#parts.sessions && fresh.inFlight > 0) throw tooLate()
    this.#lost.take(connection)
    if (connection.socket) this.#cut(connection, connection.socket)
    const { session, expiresAt, userId } = fresh
    this.#parts.host.server.identify(connection, { session, expiresAt, userId })
    this.#hold(fresh)
    const attempt = ++(connection.resumption as Resumption).attempt
    const refused = askRooms(this.#parts, connection)
    const end = this.#watch({ connection, fresh, attempt }, refused)
    const { host } = this.#parts
    return andThen(refused, (rooms) =>
      andThen(readMissed(host, connection.rooms, request.rooms), (pages) => {
        end()
        return this.#finish({ connection, fresh, attempt }, { ...request, pages }, rooms)
      }),
    )
  }

  /** What becomes of a `$resume` when it is known whose the session was. */
  #resumeClaimed(
    fresh: LiveConnection,
    request: ResumeRequest,
    claim: Claimed,
  ): MaybePromise<unknown> {
    if (claim === 'superseded') return this.#replace(fresh)
    if (!fresh.socket || fresh.isEnding || this.#isStopped) return UNKNOWN
    if (!claim || claim === 'unknown') return this.#resumeHere(fresh, request)
    const known = this.#byToken.get(request.session)
    if (known?.resumption) known.resumption.turn = claim.turn
    if (claim.isOwn && known) return this.#resumeHere(fresh, request)
    // What is known here is of before another process had it.
    if (known && known !== fresh) this.#dismiss(known)
    return this.#enterAgain(fresh, request, claim)
  }

  /** Goes on with what another process knew. */
  async #enterAgain(
    fresh: LiveConnection,
    request: ResumeRequest,
    { record, turn }: SessionClaim,
  ): Promise<unknown> {
    const { timeout, host } = this.#parts
    const token = request.session
    const entering: Entering = { fresh, turn }
    if (this.#entering.has(token)) this.#supersede(token, turn)
    this.#entering.set(token, entering)
    const timer = host.clock.setTimeout(() => {
      fresh.closeSoon(CLOSE_CODES.TIMEOUT, 'To resume took too long')
    }, timeout)
    timer.unref()
    const finish = await prepareEntry(this.#parts, fresh, { request, record })
    host.clock.clearTimeout(timer)
    const isLast = this.#entering.get(token) === entering
    const isWanted = isLast && fresh.isOpen && !fresh.isEnding && !this.#isStopped
    if (isLast) this.#entering.delete(token)
    if (isWanted) this.#rename(fresh, token, turn)
    finish(isWanted)
    if (!isWanted) return UNKNOWN
    this.#letGo(fresh)
    return undefined
  }

  /** A connection has the session of one that another process had. */
  #rename(connection: LiveConnection, token: string, turn: number): void {
    const { sessions } = this.#parts
    sessions?.ended(connection)
    this.#byToken.delete((connection.resumption as Resumption).token)
    connection.resumption = { token, attempt: 0, turn, successor: undefined }
    this.#byToken.set(token, connection)
    sessions?.begin(connection)
  }

  /** Another process has a session now. */
  #supersede(token: string, turn: number): void {
    const entering = this.#entering.get(token)
    if (entering && turn > entering.turn) {
      this.#entering.delete(token)
      entering.fresh.closeSoon(CLOSE_CODES.REPLACED, REPLACED)
    }
    const connection = this.#byToken.get(token)
    if (connection?.resumption && turn > connection.resumption.turn) this.#dismiss(connection)
  }

  /** A connection is another's from now on: what is left of it here goes. */
  #dismiss(connection: LiveConnection): void {
    const { resumption } = connection
    if (!resumption) return
    const { sessions } = this.#parts.host.counters
    if (sessions) sessions.taken++
    this.#byToken.delete(resumption.token)
    if (connection.socket) {
      connection.closeSoon(CLOSE_CODES.REPLACED, REPLACED)
    } else if (this.#lost.take(connection)) this.#giveUp(connection)
    else {
      // Somebody is about to continue it here, and comes too late.
      resumption.attempt++
      this.#giveUp(connection)
    }
  }

  #replace(fresh: LiveConnection): never {
    fresh.closeSoon(CLOSE_CODES.REPLACED, REPLACED)
    throw new WsError(409, 'The session is continued by a newer connection')
  }

  /** What comes has to wait. */
  #hold(fresh: LiveConnection): void {
    const { maxPendingFrames, maxPendingBytes } = this.#parts.host.limits
    fresh.pending ??= new PendingFrames(maxPendingFrames, maxPendingBytes)
  }

  /** What has come meanwhile is handled. */
  #letGo(connection: LiveConnection): void {
    const { pending } = connection
    // Its connect handlers will do so.
    if (connection.connecting) return
    connection.pending = undefined
    this.#handleAll(connection, pending)
  }

  /** Ends lost connections that are not to come back. */
  revoke(isMeant: (connection: LiveConnection) => boolean): void {
    for (const connection of this.#lost.all()) {
      if (isMeant(connection)) this.#lost.end(connection)
    }
  }

  /** Done when other processes can find all that is kept. */
  async settle(): Promise<void> {
    await this.#parts.sessions?.whenIdle()
    this.#parts.sessions?.close()
  }

  /** Keeps nothing any more; what is kept is gone for good, unless another process takes it over. */
  stop(): void {
    this.#isStopped = true
    this.revoke(() => true)
  }

  #park(connection: LiveConnection): void {
    this.#parts.memberships.lost(connection)
    this.#lost.add(connection)
    this.#parts.sessions?.lost(connection)
  }

  #giveUp(connection: LiveConnection): void {
    const { token } = connection.resumption as Resumption
    if (this.#byToken.get(token) === connection) this.#byToken.delete(token)
    // Another process may still continue what this one stops to keep.
    if (this.#isStopped) this.#parts.sessions?.leave(connection)
    else this.#parts.sessions?.ended(connection)
    this.#parts.leave(connection)
  }

  /** The client is back before its former socket was known to be dead. */
  #cut(connection: LiveConnection, socket: ConnectionSocket): void {
    const { host, bind } = this.#parts
    host.streams.ended(connection)
    connection.flush()
    connection.forgetDetour()
    connection.socket = undefined
    // From here on nothing that the socket does is the connection's.
    bind(socket)
    socket.end(CLOSE_CODES.REPLACED, REPLACED)
    connection.closeCode = CLOSE_CODES.REPLACED
    connection.pending = undefined
    host.counters.connections--
    countClosed(host.counters, CLOSE_CODES.REPLACED)
    host.server.remove(connection)
    host.events.emit('disconnect', { connection, code: CLOSE_CODES.REPLACED })
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
    if (!this.#isCurrent(attempt)) return this.#replace(fresh)
    if (!fresh.socket || fresh.isEnding || this.#isStopped) {
      this.#abandon(attempt)
      return UNKNOWN
    }
    const { host } = this.#parts
    for (const room of refused) host.rooms.end(connection, room, 'refused')
    const pending = this.#takeOver(connection, fresh, fresh.socket)
    returnToRooms(this.#parts, connection, request)
    this.#parts.leave(fresh)
    this.#handleAll(connection, pending)
    // The reply has been sent: what missed pushes come behind.
    return undefined
  }

  #handleAll(connection: LiveConnection, frames: PendingFrames | undefined): void {
    for (let frame = frames?.shift(); frame !== undefined; frame = frames?.shift()) {
      this.#handle(connection, frame)
    }
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
      this.#parts.sessions?.ended(fresh)
      this.#byToken.delete(resumption.token)
      resumption.successor = (frame) => this.#handle(connection, frame)
    }
    connection.adopt(fresh)
    bind(socket, connection)
    host.server.add(connection)
    this.#parts.sessions?.changed(connection)
    return pending
  }
}

/** One attempt to continue a connection. */
interface Attempt {
  readonly connection: LiveConnection
  readonly fresh: LiveConnection
  readonly attempt: number
}

/** Who is about to enter the rooms of a session, and which claim gave the right to. */
interface Entering {
  readonly fresh: LiveConnection
  readonly turn: number
}

type Claimed = Awaited<ReturnType<SharedSessions['claim']>>

function tooLate(): WsError {
  return new WsError(409, '$resume comes before all other messages')
}
