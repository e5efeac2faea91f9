import { CLOSE_CODES, isSendableCloseCode, truncateReason } from '../protocol/close-codes.js'
import type { WsFrame } from '../protocol/codec.js'
import { ownText } from '../protocol/own-text.js'
import type { WsMessageId, WsParams, WsReply } from '../protocol/records.js'
import type { Encoding } from '../rooms/encodings/encoding.js'
import { KEPT, type SlowRule } from '../rooms/slow-rule.js'
import { JoinedRooms } from '../rooms/joined-rooms.js'
import type { AppHost } from './app-host.js'
import type { ConnectionScope } from './connection-scope.js'
import type { ConnectionSocket } from './connection-socket.js'
import type { Credentials } from './credentials.js'
import { Detour, isSlow, type SlowConnection } from './detour.js'
import type { PendingFrames } from './pending-frames.js'
import { WaitingFrame } from './slow-queue.js'
import type { Resumption } from './resumption.js'
import { increment } from './ws-counters.js'
import { WsConnection } from './ws-connection.js'
import type { WsDropCause } from './ws-events.js'

/** What is known of a client when its socket opens. */
export interface ConnectionIdentity {
  readonly session: unknown
  readonly expiresAt?: number | undefined
  readonly userId?: string | undefined
  readonly credentials?: Credentials | undefined
  readonly remoteAddress: string
  readonly subprotocol: string
  readonly traceparent?: string | undefined
  /** Of its upgrade, without the query. */
  readonly path?: string
}

/**
 * A connection as the runtime sees it. It keeps what a connection needs and no more: what only some
 * need is made when it is needed.
 */
export class LiveConnection extends WsConnection implements SlowConnection {
  readonly id = ownText(crypto.randomUUID())
  session: unknown
  /** When the session ends, in milliseconds since the epoch. */
  expiresAt: number | undefined
  userId: string | undefined
  credentials: Credentials | undefined
  remoteAddress: string
  readonly subprotocol: string
  traceparent: string | undefined
  /** When its socket opened: milliseconds since the epoch. */
  openedAt: number
  closeCode: number | undefined
  closeReason = ''

  /** `undefined` once closed, since every method of a closed uWS socket throws. */
  socket: ConnectionSocket | undefined
  /** Frames that wait for the connect handlers; `undefined` when they have finished. */
  pending: PendingFrames | undefined
  /** Handlers that have not finished. */
  inFlight = 0
  /** Called when the last of them has finished. */
  onIdle: (() => void) | undefined
  /** Frames that were no messages. */
  faults = 0
  /** The round of looks for slow connections in which this was looked at. */
  checkedIn = -1
  /** Messages it may send now, and when that was last reckoned: milliseconds of a clock that is never set. */
  tokens: number
  refilledAt: number
  /** Messages refused since the bucket was last full. */
  refusals = 0
  /** The last message of each `@Serial` queue. */
  serial: Map<object, Promise<unknown>> | undefined
  /** Instances that belong to this connection. */
  scope: ConnectionScope | undefined
  /** Done when the connect handlers have finished, while they run. */
  connecting: Promise<unknown> | undefined

  /** The way of its frames, since it was slow for the first time. */
  #detour: Detour | undefined
  /** By what it may be continued after a loss. */
  resumption: Resumption | undefined

  /** It will be closed in a moment: nothing it sends is handled any more. */
  isEnding = false

  readonly #host: AppHost
  /** Replies that wait for the end of the turn. */
  #late: WsFrame[] | undefined
  #rooms: JoinedRooms | undefined

  constructor(host: AppHost, socket: ConnectionSocket, identity: ConnectionIdentity) {
    super()
    this.#host = host
    this.socket = socket
    this.session = identity.session
    this.expiresAt = identity.expiresAt
    this.userId = identity.userId
    this.credentials = identity.credentials
    this.remoteAddress = identity.remoteAddress
    this.subprotocol = identity.subprotocol
    this.traceparent = identity.traceparent
    this.openedAt = host.clock.date()
    this.refilledAt = host.clock.now()
    this.tokens = host.limits.rateLimit === false ? 0 : host.limits.rateLimit.burst
  }

  get rooms(): ReadonlySet<string> {
    return (this.#rooms ??= new JoinedRooms(this.#host.rooms))
  }

  get hasRooms(): boolean {
    return this.#rooms !== undefined && this.#rooms.size > 0
  }

  isIn(room: { readonly name: string }): boolean {
    return this.#rooms !== undefined && this.#rooms.holds(room)
  }

  get isOpen(): boolean {
    return this.socket !== undefined
  }

  get bufferedAmount(): number {
    return this.socket ? this.socket.getBufferedAmount() + (this.#detour?.bytes ?? 0) : 0
  }

  get dropped(): number {
    return this.#detour?.dropped ?? 0
  }

  /** Whether it understands the `$` events. */
  get speaksV1(): boolean {
    return this.subprotocol !== ''
  }

  /** How it is talked to. */
  get encoding(): Encoding {
    return this.#host.encodings.of(this.subprotocol)
  }

  send(event: string, path: string, data?: unknown, params?: WsParams): boolean {
    if (!this.socket) return false
    const { counters, detours } = this.#host
    const frame = this.encoding.codec.encode({ event, path, params, data })
    counters.pushes++
    return this.write(frame, detours.rule)
  }

  reply(id: WsMessageId, data?: unknown): boolean {
    return this.#answer({ id, data: data === undefined ? null : data })
  }

  replyError(id: WsMessageId, code: number, message: string, details?: unknown): boolean {
    return this.#answer({ id, error: { code, message, details } })
  }

  close(code = 1000, reason = ''): void {
    if (!this.socket) return
    if (!isSendableCloseCode(code)) {
      throw new RangeError(`close: ${code} is no close code that may be sent`)
    }
    this.#end(code, reason)
  }

  /**
   * Hands a frame to the socket, behind all that was sent or published before.
   *
   * @param rule what becomes of it when the client is slow; by default it is not dropped
   */
  write(frame: WsFrame, rule: SlowRule = KEPT): boolean {
    const { turn } = this.#host
    if (turn.holds(this)) {
      turn.sendLater(() => this.#write(frame, rule), frame.length)
      return this.isOpen
    }
    return this.#writeAfterReplies(frame, rule)
  }

  #writeAfterReplies(frame: WsFrame, rule: SlowRule): boolean {
    if (this.#late) this.flush()
    return this.#write(frame, rule)
  }

  /** Sends the replies that wait for the end of the turn: in one write. */
  flush(): void {
    const { socket } = this
    const frames = this.#late
    this.#late = undefined
    if (!frames || !socket) return
    socket.cork(() => {
      for (const frame of frames) this.#write(frame, KEPT)
    })
  }

  #write(frame: WsFrame, rule: SlowRule): boolean {
    if (!this.socket) return false
    if (this.#detour !== undefined && this.#detour.isOn) {
      const scoped = this.#host.detours.scope('', [this.encoding, frame], rule)
      return this.#detour.offer(new WaitingFrame(frame, scoped))
    }
    const status = this.transmit(frame)
    if (status === 1) return true
    this.checkBackpressure()
    return status === 0
  }

  /** Hands a frame to the socket, whatever waits. */
  transmit(frame: WsFrame): number {
    this.#detour?.listener?.(frame)
    const compress = frame.length >= this.#host.limits.compressFrom
    return this.socket?.send(frame, typeof frame !== 'string', compress) ?? 2
  }

  /**
   * Takes a connection out of the topics when much waits for it, and ends it when it is over its limit
   * and that is the policy.
   */
  checkBackpressure(): void {
    const { socket } = this
    if (!socket) return
    if (this.#detour?.isOn) {
      this.#detour.pump()
      return
    }
    const { policy, limit } = this.#host.limits.backpressure
    const buffered = socket.getBufferedAmount()
    if (!isSlow(buffered, limit)) return
    this.#detour ??= new Detour(this, this.#host.detours, limit)
    this.#detour.begin()
    if (policy === 'close' && buffered > limit) this.#evictSlow()
  }

  /** Tells of every frame that goes out, until the function returned is called. */
  follow(listener: (frame: WsFrame) => void): () => void {
    const { detours, limits } = this.#host
    this.#detour ??= new Detour(this, detours, limits.backpressure.limit)
    this.#detour.listener = listener
    detours.follow(this, listener)
    return () => {
      detours.follow(this)
      if (this.#detour) this.#detour.listener = undefined
    }
  }

  /** The socket has sent some of what waited. */
  drained(): void {
    this.#detour?.pump()
  }

  /** The socket has closed: what waits for it goes. */
  forgetDetour(): void {
    if (!this.#detour) return
    this.#host.detours.forget(this)
    this.#detour.clear()
  }

  /**
   * uWS dropped something that was published, and does not tell what: more went out in one turn than
   * it may keep. Nobody could say any more what is missing.
   */
  lost(): void {
    this.countDrop('backpressure')
    this.#evictSlow()
  }

  #evictSlow(): void {
    this.evict(CLOSE_CODES.TRY_AGAIN_LATER, 'Slow consumer')
    this.#detour?.abandon()
  }

  /**
   * Closes in a later turn: uWS crashes when a socket is closed while it publishes, and the replies
   * of this turn should still go out.
   */
  closeSoon(code: number, reason: string): void {
    if (this.isEnding || !this.socket) return
    this.isEnding = true
    const { socket } = this
    this.#host.clock.setImmediate(() => {
      // Another one is none of it: it was lost meanwhile, and continued.
      if (this.socket === socket) this.#end(code, reason)
    })
  }

  /** Closes, for a limit that was broken: whoever runs the app should not have to guess why. */
  evict(code: number, reason: string): void {
    if (this.isEnding || !this.socket) return
    this.warnClosed(code, reason)
    this.closeSoon(code, reason)
  }

  /** uWS has cut the socket, since a message was larger than `maxPayload`. */
  gotTooBig(): void {
    this.countDrop('payload')
    const { maxPayload } = this.#host.limits
    this.warnClosed(
      CLOSE_CODES.TOO_BIG,
      `a message was larger than maxPayload, ${maxPayload} bytes`,
    )
  }

  countDrop(cause: WsDropCause): void {
    increment(this.#host.counters.drops, cause)
    const { events, clock } = this.#host
    if (!events.has('drop')) return
    // In a turn of its own: a listener that sends to a client that is too slow already would never end.
    clock.setImmediate(() => events.emit('drop', { connection: this, cause }))
  }

  protected warnClosed(code: number, reason: string): void {
    this.#host.logger.warn({ connection: this.id, code }, `closed a connection: ${reason}`)
  }

  #answer(reply: WsReply): boolean {
    if (!this.socket) return false
    const frame = this.encoding.codec.encode(reply)
    this.#host.counters.replies++
    return this.writeInTurn(frame)
  }

  /**
   * Hands a frame to the socket with all else that the turn has for it, in order; it is not dropped.
   *
   * @returns whether the connection is open
   */
  writeInTurn(frame: WsFrame): boolean {
    if (!this.socket) return false
    const { turn } = this.#host
    // uWebSockets.js joins what is sent while a message is handled; later it writes each by itself.
    if (turn.corked === this && !turn.holds(this)) return this.#writeAfterReplies(frame, KEPT)
    if (this.#late) {
      this.#late.push(frame)
    } else {
      this.#late = [frame]
      turn.addLate(this)
    }
    return true
  }

  /** Ends the socket when all that was sent before is on its way. */
  #end(code: number, reason: string): void {
    const { turn } = this.#host
    if (turn.holds(this)) turn.flush()
    this.flush()
    this.#detour?.finish()
    if (!this.socket) return
    this.isEnding = true
    this.socket.end(code, truncateReason(reason))
  }

  /** Goes on with the socket of another connection, and as who that one is. */
  adopt(other: LiveConnection): void {
    const { socket, session, expiresAt, userId, credentials } = other
    const { remoteAddress, traceparent, openedAt, faults, tokens, refilledAt, refusals } = other
    Object.assign(this, { socket, session, expiresAt, userId, credentials })
    Object.assign(this, { remoteAddress, traceparent, openedAt })
    Object.assign(this, { faults, tokens, refilledAt, refusals })
    this.closeCode = undefined
    this.closeReason = ''
    this.isEnding = false
    this.#late = undefined
    other.socket = undefined
    other.pending = undefined
  }
}
