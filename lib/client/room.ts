import type { WsPush } from '../protocol/records.js'
import { RESERVED_PUSH } from '../protocol/reserved-events.js'
import type { RoomPosition, RoomVerdict, WsJoined, WsMember } from '../protocol/v1.js'
import { backOff } from './back-off.js'
import { ConnectionLost, type CallOptions } from './calls.js'
import { Listeners } from './listeners.js'
import type { ClientSettings } from './options.js'
import type { Platform } from './platform.js'
import { PresenceSender } from './presence-sender.js'
import type { PushHandler } from './push-handlers.js'
import { RoomHistory } from './room-history.js'
import { Roster, type RosterChange } from './roster.js'
import type { StreamOptions } from './stream-call.js'
import { isTransient } from './ws-client-error.js'
import type { RoomGap, RoomLeft, WsRoomStatus } from './ws-room.js'

/** What a room needs of its client. */
export interface RoomHost {
  readonly platform: Platform
  readonly settings: ClientSettings
  readonly isClosed: boolean
  call(event: string, path: string, data?: unknown, options?: CallOptions): Promise<unknown>
  send(event: string, path: string, data?: unknown): boolean
  stream(
    event: string,
    path: string,
    data?: unknown,
    options?: StreamOptions,
  ): AsyncIterableIterator<unknown, undefined>
  on(event: string, path: string, handler: PushHandler): () => void
  /**
   * Like `call`, but before everything that waits, while a connection is being restored.
   *
   * @param onData runs at once, before any push that came in the same packet
   */
  callFirst(
    event: string,
    path: string,
    data: unknown,
    onData: (data: unknown) => void,
  ): Promise<unknown>
  /** Like `send`, but never waits for a connection. */
  sendNow(event: string, path: string, data: unknown): boolean
}

/** `returning`: a member that the server has to be told of again. */
type RoomState = WsRoomStatus | 'returning'

/** A room; see `WsRoom` for what its members mean. */
export class Room {
  readonly path: string
  readonly #host: RoomHost
  readonly #history = new RoomHistory()
  readonly #roster = new Roster()
  readonly #presence: PresenceSender
  readonly #onMembers: Listeners<[RosterChange]>
  readonly #onGap: Listeners<[RoomGap]>
  readonly #onStatus: Listeners<[WsRoomStatus, RoomLeft?]>
  #state: RoomState = 'left'
  #hasPresence = false
  /** Counts entries and leaves: what belongs to an earlier one comes too late. */
  #turn = 0
  #entry: Promise<unknown> | undefined
  #joinData: unknown
  #cancelRetry: (() => void) | undefined

  constructor(host: RoomHost, path: string) {
    const { platform, settings } = host
    this.#host = host
    this.path = path
    this.#onMembers = new Listeners(platform.report)
    this.#onGap = new Listeners(platform.report)
    this.#onStatus = new Listeners(platform.report)
    this.#presence = new PresenceSender({
      platform,
      interval: settings.presenceInterval,
      send: (state) => this.#hasPresence && host.sendNow(RESERVED_PUSH.PRESENCE, path, state),
    })
  }

  get status(): WsRoomStatus {
    return this.#state === 'returning' ? 'joining' : this.#state
  }

  get members(): ReadonlyMap<string, WsMember> {
    return this.#roster.members
  }

  get self(): WsMember | undefined {
    return this.#roster.self
  }

  /** What `$resume` tells of the room; `undefined` when one is no member. */
  get position(): RoomPosition | undefined {
    return this.#state === 'joined' ? this.#history.position : undefined
  }

  join(data?: unknown): Promise<unknown> {
    this.#entry ??= this.#enter(data)
    return this.#entry
  }

  async leave(data?: unknown): Promise<unknown> {
    if (this.#state === 'left') return undefined
    this.#goOut()
    // The server let go when the connection ended.
    if (this.#host.isClosed) return undefined
    return this.#persist('leave', data, this.#turn)
  }

  call(event: string, data?: unknown, options?: CallOptions): Promise<unknown> {
    return this.#host.call(event, this.path, data, options)
  }

  stream(
    event: string,
    data?: unknown,
    options?: StreamOptions,
  ): AsyncIterableIterator<unknown, undefined> {
    return this.#host.stream(event, this.path, data, options)
  }

  send(event: string, data?: unknown): boolean {
    return this.#host.send(event, this.path, data)
  }

  on(event: string, handler: PushHandler): () => void {
    return this.#host.on(event, this.path, handler)
  }

  setPresence(state: unknown): void {
    this.#presence.set(state)
  }

  onMembers(handler: (change: RosterChange) => void): () => void {
    return this.#onMembers.add(handler)
  }

  onGap(handler: (gap: RoomGap) => void): () => void {
    return this.#onGap.add(handler)
  }

  onStatus(handler: (status: WsRoomStatus, left?: RoomLeft) => void): () => void {
    return this.#onStatus.add(handler)
  }

  /** A push to the room came. @returns whether it is news */
  receive({ event, data, seq }: WsPush): boolean {
    if (this.#state === 'left') return true
    if (event === RESERVED_PUSH.JOINED) this.#placed(data ?? {})
    else if (event === RESERVED_PUSH.LEFT) this.#sentAway(data ?? {})
    else if (event === RESERVED_PUSH.GAP) this.#missed(data ?? {})
    else if (event === RESERVED_PUSH.PRESENCE) {
      this.#onMembers.emit(this.#roster.apply(data ?? {}))
    } else return this.#history.accept(seq)
    return true
  }

  /** The connection is gone, and what was to be tried again on it. */
  lost(): void {
    this.#cancelRetry?.()
    this.#presence.stop()
  }

  /** The server told what became of the room; before any push that follows. */
  judge(verdict: RoomVerdict | undefined): void {
    if (verdict !== 'recovered') this.#history.forget()
    if (verdict === 'gap' && this.#state === 'joined') this.#onGap.emit({ reply: undefined })
  }

  /**
   * There is a new connection.
   *
   * @param verdict `undefined` when the server knows nothing of this member
   * @returns what has to be waited for; it never rejects
   */
  restore(verdict: RoomVerdict | undefined): Promise<void> | undefined {
    if (this.#state === 'returning' || (this.#state === 'joined' && verdict === undefined)) {
      this.#turn++
      this.#setState('returning')
      return this.#return(0)
    }
    if (this.#state !== 'joined') return undefined
    if (verdict === 'refused') this.#sentAway({ reason: 'refused' })
    else this.#presence.sendAgain()
    return undefined
  }

  /** The client was closed by its owner. */
  abandon(): void {
    if (this.#state !== 'left') this.#goOut()
  }

  async #enter(data: unknown): Promise<unknown> {
    const turn = ++this.#turn
    this.#joinData = data
    this.#setState('joining')
    try {
      const reply = await this.#persist('join', data, turn)
      if (turn === this.#turn) this.#setState('joined')
      return reply
    } catch (error) {
      if (turn === this.#turn) this.#goOut()
      throw error
    }
  }

  /** Nobody knows whether a lost call was heard: it is made again, as long as it is still meant. */
  async #persist(event: string, data: unknown, turn: number): Promise<unknown> {
    for (;;) {
      try {
        return await this.#host.call(event, this.path, data)
      } catch (error) {
        const isMeant = turn === this.#turn && !this.#host.isClosed
        if (!isMeant || !(error instanceof ConnectionLost)) throw error
      }
    }
  }

  async #return(failures: number): Promise<void> {
    const turn = this.#turn
    const host = this.#host
    try {
      await host.callFirst('join', this.path, this.#joinData, (reply) => {
        if (turn !== this.#turn) return
        this.#entry = Promise.resolve(reply)
        this.#setState('joined')
        this.#onGap.emit({ reply })
      })
    } catch (error) {
      // After a loss the next connection tries.
      if (turn !== this.#turn || error instanceof ConnectionLost || host.isClosed) return
      if (!isTransient(error)) {
        this.#sentAway({ reason: 'refused', error })
        return
      }
      const pause = backOff(failures, host.platform.random)
      this.#cancelRetry = host.platform.schedule(() => void this.#return(failures + 1), pause)
    }
  }

  #placed(joined: WsJoined): void {
    this.#history.enter(joined)
    const change = this.#roster.fill(joined)
    if (!change) return
    this.#hasPresence = true
    this.#onMembers.emit(change)
    this.#presence.sendAgain()
  }

  /** The server lost track of the room for a while. */
  #missed(position: Partial<RoomPosition>): void {
    this.#history.forget()
    this.#history.enter(position)
    if (this.#state === 'joined') this.#onGap.emit({ reply: undefined })
  }

  #sentAway(left: Partial<RoomLeft>): void {
    this.#goOut({ reason: 'left', ...left })
  }

  #goOut(left?: RoomLeft): void {
    this.#turn++
    this.#entry = undefined
    this.#hasPresence = false
    this.#cancelRetry?.()
    this.#presence.stop()
    this.#history.forget()
    const change = this.#roster.clear()
    if (change.leave.length > 0) this.#onMembers.emit(change)
    this.#setState('left', left)
  }

  #setState(state: RoomState, left?: RoomLeft): void {
    const before = this.status
    this.#state = state
    if (this.status !== before) this.#onStatus.emit(this.status, left)
  }
}
