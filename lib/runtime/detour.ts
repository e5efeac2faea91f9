import { CLOSE_CODES } from '../protocol/close-codes.js'
import type { WsFrame } from '../protocol/codec.js'
import type { Encoding } from '../rooms/encodings/encoding.js'
import type { ConnectionSocket } from './connection-socket.js'
import { SlowQueue, type WaitingFrame } from './slow-queue.js'

/** What a detour needs of its connection. */
export interface SlowConnection {
  readonly socket: ConnectionSocket | undefined
  readonly encoding: Encoding
  readonly rooms: ReadonlySet<string>
  /** It will be closed in a moment. */
  readonly isEnding: boolean
  /** Hands a frame to the socket, past the detour. */
  transmit(frame: WsFrame): number
  countDrop(cause: 'backpressure'): void
  evict(code: number, reason: string): void
}

/** Takes connections out of the topics, and back in. */
export interface DetourRegistry {
  divert(connection: SlowConnection, detour: Detour): void
  restore(connection: SlowConnection): void
}

/** Of the limit: what waits in the socket when a connection is taken out of the topics. */
const DIVERT_FROM = 1 / 4
/** Of the limit: up to here the socket is filled from the queue. */
const FILL_TO = 1 / 8
/** Of the limit: from here down a connection whose queue is empty is back to normal. */
const RESTORE_FROM = 1 / 16

/** Whether so much waits in a socket that its connection is slow. */
export function isSlow(buffered: number, limit: number): boolean {
  return buffered > limit * DIVERT_FROM
}

/**
 * The way that frames take to a client which reads too slowly: while it is on, they wait in a queue of
 * their own, instead of in uWebSockets.js, which would not tell what it drops.
 */
export class Detour {
  /** Frames that were dropped, since the connection opened. */
  dropped = 0
  /** Told of every frame that goes to the socket. */
  listener: ((frame: WsFrame) => void) | undefined
  readonly #connection: SlowConnection
  readonly #registry: DetourRegistry
  readonly #limit: number
  readonly #queue: SlowQueue
  #isOn = false

  /** @param limit bytes that may wait, in the socket and here together */
  constructor(connection: SlowConnection, registry: DetourRegistry, limit: number) {
    this.#connection = connection
    this.#registry = registry
    this.#limit = limit
    this.#queue = new SlowQueue(() => this.#drop())
  }

  /** Whether frames have to take it. */
  get isOn(): boolean {
    return this.#isOn
  }

  /** Bytes that wait here. */
  get bytes(): number {
    return this.#queue.bytes
  }

  /** The connection is slow from now on. */
  begin(): void {
    if (this.#isOn) return
    this.#isOn = true
    this.#registry.divert(this.#connection, this)
  }

  /** @returns whether the frame waits or was sent; else it has been dropped */
  offer(waiting: WaitingFrame): boolean {
    const { socket, isEnding } = this.#connection
    if (!socket) return false
    if (isEnding) {
      this.#drop()
      return false
    }
    const space = this.#limit - socket.getBufferedAmount()
    const isIn = this.#queue.add(waiting, space)
    if (!isIn || this.#queue.bytes <= space) return isIn
    this.#connection.evict(CLOSE_CODES.TRY_AGAIN_LATER, 'Slow consumer')
    this.abandon()
    return false
  }

  /** The socket has sent some of what waited in it: it is filled again. */
  pump(): void {
    const { socket, isEnding } = this.#connection
    if (!this.#isOn || !socket || isEnding) return
    let buffered = socket.getBufferedAmount()
    // Again and again, as long as the system takes it at once: then nothing would tell when to go on.
    while (!this.#queue.isEmpty && buffered < this.#limit * FILL_TO) {
      this.#send(socket, this.#limit * FILL_TO - buffered)
      buffered = socket.getBufferedAmount()
    }
    if (!this.#queue.isEmpty || buffered > this.#limit * RESTORE_FROM) return
    this.#isOn = false
    this.#registry.restore(this.#connection)
  }

  /** Sends all that waits: nothing comes after it. */
  finish(): void {
    const { socket } = this.#connection
    if (this.#isOn && socket) this.#send(socket, Infinity)
  }

  /**
   * The connection is closed for being slow: what waits is dropped. In the socket it would take memory,
   * as long as the client does not read, and keep the close frame from it.
   */
  abandon(): void {
    let losses = this.#queue.length
    this.#queue.clear()
    while (losses-- > 0) this.#drop()
  }

  /** The connection has closed. */
  clear(): void {
    this.#isOn = false
    this.#queue.clear()
  }

  /** @param space bytes to send, about */
  #send(socket: ConnectionSocket, space: number): void {
    const upTo = this.#queue.bytes - space
    socket.cork(() => {
      while (this.#queue.bytes > upTo) {
        const frame = this.#queue.shift()
        if (frame === undefined) return
        this.#connection.transmit(frame)
      }
    })
  }

  #drop(): void {
    this.dropped++
    this.#connection.countDrop('backpressure')
  }
}
