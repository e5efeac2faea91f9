import type { Clock, ClockTimer } from '../../async/clock.js'
import { byteLength } from '../../protocol/byte-length.js'
import type { WsFrame } from '../../protocol/codec.js'
import type { ConnectionSocket } from '../../runtime/connection-socket.js'
import { Lane } from './lane.js'
import type { SocketBehavior } from './socket-behavior.js'
import type { Topics } from './topics.js'

/** The other end: the client's. */
export interface SocketPeer {
  onFrame(frame: WsFrame): void
  onClose(code: number, reason: string): void
}

/** What a socket belongs to. */
export interface SocketPlace {
  readonly clock: Clock
  readonly topics: Topics
  readonly behavior: SocketBehavior<MemorySocket>
  readonly peer: SocketPeer
  /** It is gone. */
  readonly forget: (socket: MemorySocket) => void
}

/** The reasons that uWebSockets.js gives. */
const REASONS = {
  lost: 'Received TCP FIN before WebSocket close frame',
  idle: 'WebSocket timed out from inactivity',
  tooBig: 'Received too big message',
} as const

const encoder = new TextEncoder()

/** A socket of uWebSockets.js, as far as it is used, over a wire in memory. */
export class MemorySocket implements ConnectionSocket {
  readonly #place: SocketPlace
  readonly #up: Lane
  readonly #down: Lane
  /** Frames that the client does not read yet. */
  #waiting: WsFrame[] = []
  #waitingBytes = 0
  #isStalled = false
  #idle: ClockTimer | undefined
  /** How it ended, where the client has not read so far. */
  #end: { readonly code: number; readonly reason: string } | undefined
  #isClosed = false

  /** @param data become properties of the socket itself */
  constructor(place: SocketPlace, data: object) {
    this.#place = place
    this.#up = new Lane(place.clock)
    this.#down = new Lane(place.clock)
    Object.assign(this, data)
  }

  getUserData(): this {
    return this
  }

  getBufferedAmount(): number {
    this.#mustBeOpen()
    return this.#waitingBytes
  }

  cork(callback: () => void): this {
    this.#mustBeOpen()
    callback()
    return this
  }

  send(frame: WsFrame): number {
    this.#mustBeOpen()
    const { behavior } = this.#place
    if (this.#waitingBytes > behavior.maxBackpressure) {
      behavior.dropped(this)
      return 2
    }
    const own = typeof frame === 'string' ? frame : new Uint8Array(frame)
    if (!this.#isStalled) {
      this.#deliver(own)
      return 1
    }
    this.#waiting.push(own)
    this.#waitingBytes += typeof own === 'string' ? byteLength(own) : own.length
    return 0
  }

  subscribe(topic: string): boolean {
    this.#mustBeOpen()
    return this.#place.topics.subscribe(topic, this)
  }

  unsubscribe(topic: string): boolean {
    this.#mustBeOpen()
    return this.#place.topics.unsubscribe(topic, this)
  }

  publish(topic: string, frame: WsFrame, isBinary = false): boolean {
    this.#mustBeOpen()
    const { topics } = this.#place
    return topics.has(topic, this) && topics.publish(topic, frame, isBinary, this)
  }

  end(code = 1005, reason = ''): void {
    this.#mustBeOpen()
    this.#finish(code, reason)
  }

  /** Cuts it, without a close frame. */
  close(): void {
    if (!this.#isClosed) this.#finish(1006, '')
  }

  /** The client sent a frame. */
  receive(frame: WsFrame): void {
    const bytes = typeof frame === 'string' ? encoder.encode(frame) : new Uint8Array(frame)
    const { behavior } = this.#place
    this.#up.put(() => {
      if (this.#isClosed) return
      if (bytes.length > behavior.maxPayloadLength) this.#finish(1006, REASONS.tooBig)
      else behavior.message(this, bytes.buffer, typeof frame !== 'string')
    })
  }

  /** The client closed. */
  closeByPeer(code: number, reason: string): void {
    this.#up.put(() => {
      if (this.#isClosed) return
      // What uWebSockets.js makes of codes that libraries may use.
      const isKnown = code < 3000 || code > 3999
      this.#finish(isKnown ? code : 1006, isKnown ? reason : '')
    })
  }

  /** The client reads nothing any more, not even pings. */
  stall(): void {
    if (this.#isStalled) return
    this.#isStalled = true
    const { clock, behavior } = this.#place
    if (behavior.idleTimeout === 0 || this.#isClosed) return
    const end = (): void => this.#finish(1006, REASONS.idle)
    this.#idle = clock.setTimeout(end, behavior.idleTimeout * 1000)
  }

  /** The client reads on. */
  unstall(): void {
    if (!this.#isStalled) return
    this.#isStalled = false
    this.#place.clock.clearTimeout(this.#idle)
    const frames = this.#waiting
    this.#waiting = []
    this.#waitingBytes = 0
    for (const frame of frames) this.#deliver(frame)
    if (this.#end) this.#tellEnd(this.#end.code, this.#end.reason)
    else if (frames.length > 0) {
      this.#up.put(() => {
        if (!this.#isClosed) this.#place.behavior.drain(this)
      })
    }
  }

  /** The network is gone: nothing gets through any more, in neither direction. */
  cut(isNoticed: boolean): void {
    this.#up.cut()
    this.#down.cut()
    if (this.#isClosed) return
    if (!isNoticed) {
      this.stall()
      return
    }
    this.#place.clock.setImmediate(() => {
      if (!this.#isClosed) this.#finish(1006, REASONS.lost)
    })
  }

  #deliver(frame: WsFrame): void {
    this.#down.put(() => this.#place.peer.onFrame(frame))
  }

  #finish(code: number, reason: string): void {
    const { clock, topics, behavior, forget } = this.#place
    this.#isClosed = true
    clock.clearTimeout(this.#idle)
    topics.forget(this)
    forget(this)
    if (this.#isStalled) this.#end = { code, reason }
    else this.#tellEnd(code, reason)
    behavior.close(this, code, encoder.encode(reason).buffer)
  }

  /** A client hears of no reason that was not sent in a close frame. */
  #tellEnd(code: number, reason: string): void {
    this.#down.put(() => this.#place.peer.onClose(code, code === 1006 ? '' : reason))
  }

  #mustBeOpen(): void {
    if (this.#isClosed) throw new Error('Invalid access of closed uWS.WebSocket/SSLWebSocket.')
  }
}
