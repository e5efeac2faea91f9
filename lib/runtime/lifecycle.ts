import type { Clock } from '../async/clock.js'
import { andThen, guarded, isPromise, type MaybePromise } from '../async/maybe-promise.js'
import { WsError } from '../errors/ws-error.js'
import { CLOSE_CODES } from '../protocol/close-codes.js'
import type { WsFrame } from '../protocol/codec.js'
import { RESERVED_PUSH } from '../protocol/reserved-events.js'
import type { AppHost } from './app-host.js'
import type { Credentials } from './credentials.js'
import type { Dispatcher } from './dispatcher.js'
import { toErrorBody, type Failures } from './failures.js'
import type { LiveConnection } from './live-connection.js'
import { PendingFrames } from './pending-frames.js'
import type { Recovery } from './recovery.js'
import { findRevocation, type Revocation } from './revocations.js'
import type { CompiledApp, LifecycleHook } from './route.js'
import { countClosed } from './ws-counters.js'
import { NO_MESSAGE, WsContext } from './ws-context.js'

/** What a lifecycle works with. */
export interface LifecycleParts {
  readonly host: AppHost
  readonly app: CompiledApp
  readonly dispatcher: Dispatcher
  readonly failures: Failures
  /** Milliseconds that a client without a session may take to send a token. */
  readonly tokenTimeout: number
  /** Keeps connections that are lost; absent when none are. */
  readonly recovery?: Recovery | undefined
}

/** Takes each connection from its opening to the last trace of it. */
export class Lifecycle {
  readonly #parts: LifecycleParts
  readonly #leaving = new Set<Promise<void>>()
  /** Connections that have sent no token yet. */
  readonly #held = new Set<LiveConnection>()

  constructor(parts: LifecycleParts) {
    this.#parts = parts
  }

  /**
   * A socket opened. Never throws.
   *
   * @param revoked what was taken away since its request came
   */
  opened(connection: LiveConnection, revoked?: readonly Revocation[]): void {
    if (connection.credentials?.held) this.#hold(connection, connection.credentials)
    else this.admit(connection, revoked)
  }

  /**
   * Greets, runs the connect handlers, then lets messages in. Never throws.
   *
   * @param revoked what was taken away while `authorize` thought about this client
   */
  admit(connection: LiveConnection, revoked: readonly Revocation[] = []): void {
    const revocation = revoked.length === 0 ? undefined : this.#findRevocation(connection, revoked)
    if (revocation && !revocation.reauthorize) {
      this.#held.add(connection)
      connection.close(revocation.code, revocation.reason)
      return
    }
    this.#greet(connection)
    if (revocation) void this.#parts.host.server.revoke((one) => one === connection, revocation)
  }

  #greet(connection: LiveConnection): void {
    const { host, app, failures, recovery } = this.#parts
    this.#held.delete(connection)
    host.counters.connections++
    host.counters.opened++
    host.server.add(connection)
    host.events.emit('connect', { connection })
    if (connection.speaksV1) {
      const { maxPayload, idleTimeout } = host.limits
      const session = recovery?.begin(connection) ?? connection.id
      const welcome = { connection: connection.id, session, resumed: false }
      failures.push(connection, RESERVED_PUSH.WELCOME, '/', { ...welcome, maxPayload, idleTimeout })
    }
    if (app.connect.length === 0) {
      this.#ready(connection)
      return
    }
    connection.pending ??= this.#createPending()
    let finish: () => void = () => undefined
    // There from the start, since a connect handler may close the connection itself.
    connection.connecting = new Promise<void>((resolve) => (finish = resolve))
    void andThen(this.#connect(connection, 0), () => {
      finish()
      this.#ready(connection)
    })
  }

  /** A socket closed. Never throws. */
  closed(connection: LiveConnection, code: number, reason: string): void {
    const { host } = this.#parts
    connection.socket = undefined
    connection.closeCode = code
    connection.closeReason = reason
    connection.pending = undefined
    if (this.#held.delete(connection)) {
      release(host.clock, connection.credentials)
      return
    }
    host.counters.connections--
    countClosed(host.counters, code)
    host.server.remove(connection)
    host.events.emit('disconnect', { connection, code })
    if (!this.#parts.recovery?.keep(connection, code)) this.leave(connection)
  }

  /** A connection is gone for good. Never throws. */
  leave(connection: LiveConnection): void {
    // The connect handlers come first, even when the client did not wait for them.
    const late = '@OnConnect has not finished: the connection leaves its rooms now'
    const connected =
      connection.connecting && this.#bounded(connection, connection.connecting, late)
    const done = andThen(connected, () =>
      andThen(this.#disconnect(connection), () => this.#forget(connection)),
    )
    if (isPromise(done)) this.#track(done)
  }

  /** Done when every closed connection has been taken leave of. */
  async whenIdle(): Promise<void> {
    while (this.#leaving.size > 0) await Promise.all(this.#leaving)
  }

  /** Closes the connections that have sent no token yet. */
  closeHeld(code: number, reason: string): void {
    for (const connection of this.#held) connection.close(code, reason)
  }

  /** Waits for the first token, and keeps what else comes. */
  #hold(connection: LiveConnection, credentials: Credentials): void {
    this.#held.add(connection)
    connection.pending = this.#createPending()
    const late = (): void => connection.closeSoon(CLOSE_CODES.TIMEOUT, 'No token came in time')
    const { host, tokenTimeout } = this.#parts
    credentials.held = host.clock.setTimeout(late, tokenTimeout).unref()
  }

  #findRevocation(
    connection: LiveConnection,
    revoked: readonly Revocation[],
  ): Revocation | undefined {
    try {
      return findRevocation(revoked, connection)
    } catch (error) {
      this.#parts.host.logger.error({ err: error }, 'a predicate of revoke failed')
      const { INTERNAL_ERROR: code } = CLOSE_CODES
      return { who: connection.id, reauthorize: false, code, reason: 'Internal Error' }
    }
  }

  #createPending(): PendingFrames {
    const { maxPendingFrames, maxPendingBytes } = this.#parts.host.limits
    return new PendingFrames(maxPendingFrames, maxPendingBytes)
  }

  #track(done: PromiseLike<void>): void {
    const leaving = Promise.resolve(done).finally(() => this.#leaving.delete(leaving))
    this.#leaving.add(leaving)
  }

  /** One after the other, as long as none fails. Never throws or rejects. */
  #connect(connection: LiveConnection, from: number): MaybePromise<void> {
    const { host, app } = this.#parts
    for (let index = from; index < app.connect.length; index++) {
      if (!connection.isOpen || connection.isEnding) return
      const hook = app.connect[index] as LifecycleHook
      const context = new WsContext(host, 'connect', connection, hook, NO_MESSAGE)
      const done = guarded(
        () => hook.run(context),
        (error) => this.#refuse(connection, context, error),
      )
      if (isPromise(done)) return done.then(() => this.#connect(connection, index + 1))
    }
  }

  #refuse(connection: LiveConnection, context: WsContext, error: unknown): void {
    this.#parts.failures.ofHook(context, error)
    const { message } = toErrorBody(error)
    connection.closeSoon(closeCodeOf(error), message)
  }

  #ready(connection: LiveConnection): void {
    connection.connecting = undefined
    const { pending } = connection
    if (!pending || connection.isEnding) return
    connection.pending = undefined
    for (let frame = pending.shift(); frame !== undefined; frame = pending.shift()) {
      this.#handle(connection, frame)
    }
  }

  /** One of the frames before it may have been a `$resume`. */
  #handle(connection: LiveConnection, frame: WsFrame): void {
    const successor = connection.resumption?.successor
    if (successor) successor(frame)
    else if (connection.pending) connection.pending.add(frame)
    else if (connection.isOpen) this.#parts.dispatcher.handle(connection, frame)
  }

  #disconnect(connection: LiveConnection): MaybePromise<void> {
    const { host, app, failures } = this.#parts
    const waits: Promise<void>[] = []
    for (const hook of app.disconnect) {
      const context = new WsContext(host, 'disconnect', connection, hook, NO_MESSAGE)
      const done = guarded(
        () => hook.run(context),
        (error) => failures.ofHook(context, error),
      )
      if (isPromise(done)) waits.push(Promise.resolve(done))
    }
    if (waits.length === 0) return
    const late = '@OnDisconnect has not finished: the connection leaves its rooms now'
    return this.#bounded(connection, Promise.all(waits), late)
  }

  /** What hangs must not keep a ghost in its rooms, or the app from closing. */
  #bounded(connection: LiveConnection, done: Promise<unknown>, late: string): Promise<void> {
    const { limits, logger, clock } = this.#parts.host
    return new Promise((resolve) => {
      const timer = clock.setTimeout(() => {
        logger.warn({ connection: connection.id, milliseconds: limits.disconnectTimeout }, late)
        resolve()
      }, limits.disconnectTimeout)
      timer.unref()
      void done.then(() => {
        clock.clearTimeout(timer)
        resolve()
      })
    })
  }

  #forget(connection: LiveConnection): MaybePromise<void> {
    const { rooms, logger } = this.#parts.host
    if (connection.hasRooms) rooms.leaveAll(connection)
    if (!connection.scope) return
    return andThen(this.#handlersDone(connection), () => {
      const { scope } = connection
      connection.scope = undefined
      return guarded(
        () => scope?.dispose(),
        (error) => logger.error({ err: error, connection: connection.id }, 'dispose failed'),
      )
    })
  }

  /** Its messages may still be worked on, by instances that are its own. */
  #handlersDone(connection: LiveConnection): MaybePromise<void> {
    if (connection.inFlight === 0) return
    const late = 'a handler has not finished: the instances of its connection are disposed of now'
    return this.#bounded(connection, whenIdle(connection), late)
  }
}

function release(clock: Clock, credentials: Credentials | undefined): void {
  if (credentials?.held && credentials.held !== true) clock.clearTimeout(credentials.held)
}

async function whenIdle(connection: LiveConnection): Promise<void> {
  while (connection.inFlight > 0) {
    await new Promise<void>((resolve) => (connection.onIdle = resolve))
  }
}

/** How a connection ends whose connect handler threw. */
function closeCodeOf(error: unknown): number {
  const code = error instanceof WsError ? error.code : 500
  if (code === 401) return CLOSE_CODES.UNAUTHORIZED
  if (code === 403) return CLOSE_CODES.FORBIDDEN
  if (code === 429 || code === 503) return CLOSE_CODES.TRY_AGAIN_LATER
  return CLOSE_CODES.INTERNAL_ERROR
}
