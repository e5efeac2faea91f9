import { isPromise } from '../async/maybe-promise.js'
import { WsError } from '../errors/ws-error.js'
import { CLOSE_CODES } from '../protocol/close-codes.js'
import type { WsFrame } from '../protocol/codec.js'
import { MessageFault, readMessage } from '../protocol/read-message.js'
import type { WsMessage } from '../protocol/records.js'
import {
  CANCEL_EVENT,
  CREDIT_EVENT,
  PING_EVENT,
  RESERVED_PREFIX,
  STREAM_EVENT,
  TOKEN_EVENT,
} from '../protocol/reserved-events.js'
import type { AppHost } from './app-host.js'
import { AddressBuckets } from './address-buckets.js'
import { clip } from './clip.js'
import { CoarseClock } from './coarse-clock.js'
import type { FailedMessage, Failures } from './failures.js'
import { tooMany } from './handler-buckets.js'
import type { LiveConnection } from './live-connection.js'
import type { ReservedMessages } from './reserved-messages.js'
import { takeToken } from './rate-limiter.js'
import { readStreamRequest } from './streams/stream-request.js'
import type { CompiledApp, Route } from './route.js'
import { WsContext } from './ws-context.js'

/** What a dispatcher works with. */
export interface DispatcherParts {
  readonly host: AppHost
  readonly app: CompiledApp
  readonly failures: Failures
  readonly reserved: ReservedMessages
}

/** Takes each frame from its arrival to its reply. */
export class Dispatcher {
  readonly #host: AppHost
  readonly #app: CompiledApp
  readonly #failures: Failures
  readonly #reserved: ReservedMessages
  readonly #onIdle: (() => void)[] = []
  readonly #clock: CoarseClock
  readonly #addresses: AddressBuckets | undefined
  #isStopping = false

  constructor({ host, app, failures, reserved }: DispatcherParts) {
    this.#host = host
    this.#clock = new CoarseClock(host.clock)
    const { rateLimitPerIp } = host.limits
    this.#addresses = rateLimitPerIp === false ? undefined : new AddressBuckets(rateLimitPerIp)
    this.#app = app
    this.#failures = failures
    this.#reserved = reserved
  }

  /** A frame arrived. Never throws. */
  receive(connection: LiveConnection, frame: WsFrame): void {
    this.#host.counters.messages++
    if (connection.isEnding) return
    const { turn } = this.#host
    turn.corked = connection
    if (this.countMessage(connection, frame)) {
      if (connection.pending) this.#keep(connection, frame)
      else this.handle(connection, frame)
    }
    turn.corked = undefined
  }

  /** Handles a frame whose turn has come. Never throws. */
  handle(connection: LiveConnection, frame: WsFrame): void {
    const message = this.#decode(connection, frame)
    if (message instanceof MessageFault) this.#refuseFault(connection, message)
    else if (message.event === STREAM_EVENT) this.#openStream(connection, message, frame)
    else if (message.event.startsWith(RESERVED_PREFIX)) this.#handleReserved(connection, message)
    else this.#route(connection, message, frame)
  }

  /**
   * Counts a frame or ping against the rate limit.
   *
   * @returns whether it may be handled; else it has been refused
   */
  countMessage(connection: LiveConnection, frame?: WsFrame): boolean {
    const { rateLimit } = this.#host.limits
    if (this.#addresses !== undefined) {
      const wait = this.#addresses.take(connection.remoteAddress, this.#clock.now())
      if (wait > 0) {
        connection.countDrop('rateLimit')
        if (++connection.refusals === 1) this.#warnRate(connection)
        if (frame !== undefined) this.#refuseRate(connection, frame, wait)
        return false
      }
    }
    if (rateLimit === false) return true
    const verdict = takeToken(connection, rateLimit, this.#clock.now())
    if (verdict === 'accept') return true
    connection.countDrop('rateLimit')
    if (connection.refusals === 1) this.#warnRate(connection)
    if (verdict === 'close') {
      connection.evict(CLOSE_CODES.TRY_AGAIN_LATER, 'Rate limit')
    } else if (frame !== undefined) {
      const wait = ((1 - connection.tokens) * 1000) / rateLimit.perSecond
      this.#refuseRate(connection, frame, wait)
    }
    return false
  }

  #refuseRate(connection: LiveConnection, frame: WsFrame, wait: number): void {
    const message = this.#decode(connection, frame)
    const failed = message instanceof MessageFault ? { id: message.id } : message
    this.#failures.ofMessage(connection, failed, tooMany(wait))
  }

  /** Once in a flood, not for each message: a flood of lines would do more harm than the messages. */
  #warnRate({ id, remoteAddress }: LiveConnection): void {
    const text = 'refuses messages over the rate limit; the next ones are counted, not logged'
    this.#host.logger.warn({ connection: id, remoteAddress }, text)
  }

  /** From now on messages are refused with 503. */
  stop(): void {
    this.#isStopping = true
  }

  /** Done when no handler is unfinished. */
  whenIdle(): Promise<void> {
    if (this.#host.counters.inFlight === 0) return Promise.resolve()
    return new Promise((resolve) => this.#onIdle.push(resolve))
  }

  #decode(connection: LiveConnection, frame: WsFrame): WsMessage | MessageFault {
    const { codec } = connection.encoding
    try {
      return readMessage(codec.decode(frame), this.#host.limits.maxDepth)
    } catch {
      return new MessageFault('The message cannot be decoded')
    }
  }

  #keep(connection: LiveConnection, frame: WsFrame): void {
    if (connection.credentials?.held && this.#isToken(connection, frame)) return
    if (connection.pending?.add(frame)) return
    connection.countDrop('malformed')
    connection.evict(
      CLOSE_CODES.PROTOCOL_VIOLATION,
      'Too many messages before the connection was ready',
    )
  }

  /** Whether it is the token that the connection is held for; then it has been taken. */
  #isToken(connection: LiveConnection, frame: WsFrame): boolean {
    const message = this.#decode(connection, frame)
    if (message instanceof MessageFault || message.event !== TOKEN_EVENT) return false
    this.#handleReserved(connection, message)
    return true
  }

  #refuseFault(connection: LiveConnection, fault: MessageFault): void {
    connection.countDrop('malformed')
    this.#failures.ofMessage(connection, { id: fault.id }, new WsError(400, fault.message))
    if (++connection.faults > this.#host.limits.maxFaults) {
      connection.evict(CLOSE_CODES.PROTOCOL_VIOLATION, 'Too many malformed messages')
    }
  }

  #handleReserved(connection: LiveConnection, message: WsMessage): void {
    const refusal = ALWAYS.has(message.event) ? undefined : this.#refusal(connection)
    if (refusal) {
      this.#failures.ofMessage(connection, message, refusal)
      return
    }
    try {
      void this.#settle(connection, message, this.#reserved.handle(connection, message))
    } catch (error) {
      this.#failures.ofMessage(connection, message, error)
    }
  }

  #openStream(connection: LiveConnection, message: WsMessage, frame: WsFrame): void {
    try {
      const { message: inner, credit } = readStreamRequest(message)
      this.#route(connection, inner, frame, credit)
    } catch (error) {
      this.#failures.ofMessage(connection, message, error)
    }
  }

  /** @param credit the items that a stream may begin with, when the caller has asked for one */
  #route(connection: LiveConnection, message: WsMessage, frame: WsFrame, credit?: number): void {
    const { event, path } = message
    const matched = this.#app.match(event, path)
    if (!matched) {
      this.#failures.ofMessage(connection, message, this.#notFound(message))
      return
    }
    const { route, params, raw: rawParams } = matched
    if (params === undefined) {
      const error = new WsError(400, 'path is no valid percent-encoding')
      this.#failures.ofMessage(connection, message, error)
      return
    }
    const refusal = this.#refusal(connection)
    if (refusal) {
      this.#failures.ofMessage(connection, message, refusal)
      return
    }
    const { data, id } = message
    const parts = { event, path, params, rawParams, data, id, raw: frame }
    const context = new WsContext(this.#host, 'message', connection, route, parts)
    if (credit !== undefined) context.streamCredit = credit
    if (route.serialKey) this.#runInTurn(connection, route, context, route.serialKey)
    else void this.#run(connection, route, context)
  }

  /** Why no handler may be started now. */
  #refusal(connection: LiveConnection): WsError | undefined {
    if (this.#isStopping) return new WsError(503, 'The server shuts down')
    return connection.inFlight < this.#host.limits.maxInFlight
      ? undefined
      : new WsError(429, 'Too many messages in flight')
  }

  #notFound({ event, path }: WsMessage): WsError {
    const hint = this.#host.isProduction ? undefined : this.#app.suggest(event, path)
    const text = `No handler for event "${clip(event)}" on path "${clip(path)}"`
    return new WsError(404, hint === undefined ? text : `${text}; ${hint}`)
  }

  /** @returns what to wait for; it never rejects */
  #run(connection: LiveConnection, route: Route, context: WsContext): Promise<void> | undefined {
    let result: unknown
    try {
      result = route.run(context)
      // Inside: what is returned may have a `then` that throws when it is looked at.
      if (isPromise(result)) return this.#settle(connection, context, result)
    } catch (error) {
      this.#failures.ofMessage(connection, context, error)
      return undefined
    }
    this.#finish(connection, context, result)
    return undefined
  }

  /** @returns what to wait for; it never rejects */
  #settle(
    connection: LiveConnection,
    message: FailedMessage,
    result: unknown,
  ): Promise<void> | undefined {
    if (!isPromise(result)) {
      this.#finish(connection, message, result)
      return undefined
    }
    this.#enterFlight(connection)
    const { socket } = connection
    return Promise.resolve(result).then(
      (value) => {
        this.#leaveFlight(connection)
        if (!isAnothers(connection, socket)) this.#finish(connection, message, value)
      },
      (error: unknown) => {
        this.#leaveFlight(connection)
        const failed = isAnothers(connection, socket) ? withoutId(message) : message
        this.#failures.ofMessage(connection, failed, error)
      },
    )
  }

  #runInTurn(connection: LiveConnection, route: Route, context: WsContext, key: object): void {
    const queues = (connection.serial ??= new Map<object, Promise<unknown>>())
    const before = queues.get(key)
    if (before) this.#enterFlight(connection)
    const turn = before
      ? before.then(() => {
          const done = this.#run(connection, route, context)
          // Not before the handler has started: a drain would take the queue for finished.
          this.#leaveFlight(connection)
          return done
        })
      : this.#run(connection, route, context)
    if (!turn) return
    queues.set(key, turn)
    void turn.then(() => {
      if (queues.get(key) === turn) queues.delete(key)
    })
  }

  #finish(connection: LiveConnection, message: FailedMessage, value: unknown): void {
    if (message.id === undefined) return
    try {
      connection.reply(message.id, value)
    } catch (cause) {
      const error = new Error('the result cannot be encoded', { cause })
      this.#failures.ofMessage(connection, message, error)
    }
  }

  #enterFlight(connection: LiveConnection): void {
    connection.inFlight++
    this.#host.counters.inFlight++
  }

  #leaveFlight(connection: LiveConnection): void {
    if (--connection.inFlight === 0) connection.onIdle?.()
    if (--this.#host.counters.inFlight > 0) return
    const waiting = this.#onIdle.splice(0)
    for (const resolve of waiting) resolve()
  }
}

/** What a connection may send whatever it waits for: streams could not end otherwise. */
const ALWAYS: ReadonlySet<string> = new Set([PING_EVENT, CREDIT_EVENT, CANCEL_EVENT])

/** A message that came by a former socket has lost its id with it: the new one has ids of its own. */
function isAnothers({ socket }: LiveConnection, former: LiveConnection['socket']): boolean {
  return socket !== undefined && socket !== former
}

/** For those who look on: they are told where it failed, and the client nothing. */
function withoutId({ event, path, handler, pattern }: FailedMessage): FailedMessage {
  return { event, path, handler, pattern }
}
