import { andThen, orElse, type MaybePromise } from '../async/maybe-promise.js'
import { WsError } from '../errors/ws-error.js'
import type { BroadcastExchange } from './broadcast-exchange.js'
import { channelOf } from './channels.js'
import type { ReceivedPush } from './envelope.js'
import { RoomChannel } from './room-channel.js'

/** What a shared history has to know of the members of rooms. */
export interface RoomUse {
  /** One more; done when it is known where the room is. */
  acquire(room: string): MaybePromise<void>
  /** One less. */
  release(room: string): void
}

/** Where pushes come from that were made elsewhere. */
export interface RoomSources {
  readonly exchange: BroadcastExchange | undefined
  readonly shared: RoomUse | undefined
}

/** The subscriptions of all rooms that have a member here. */
export class RoomChannels {
  readonly #sources: RoomSources
  readonly #deliver: (room: string, received: ReceivedPush) => void
  readonly #byRoom = new Map<string, RoomChannel>()

  constructor(sources: RoomSources, deliver: (room: string, received: ReceivedPush) => void) {
    this.#sources = sources
    this.#deliver = deliver
  }

  /** How many there are, with those that start or end. */
  get size(): number {
    return this.#byRoom.size
  }

  /**
   * One more member of a room; done when this process receives.
   *
   * @throws WsError 503 when the transport cannot subscribe; a promise rejects with it
   */
  acquire(room: string): MaybePromise<void> {
    const { exchange, shared } = this.#sources
    const placed = shared?.acquire(room)
    if (!exchange) return placed
    return andThen(this.#subscribe(exchange, room), () => placed)
  }

  /** One member less. */
  release(room: string): void {
    this.#sources.shared?.release(room)
    const channel = this.#byRoom.get(room)
    if (channel) void andThen(channel.release(), () => this.#drop(room))
  }

  #subscribe(exchange: BroadcastExchange, room: string): MaybePromise<void> {
    return orElse(
      () => this.#of(exchange, room).acquire(),
      () => {
        this.#sources.shared?.release(room)
        this.#drop(room)
        throw new WsError(503, 'The room cannot be reached at present')
      },
    )
  }

  #of(exchange: BroadcastExchange, room: string): RoomChannel {
    const existing = this.#byRoom.get(room)
    if (existing) return existing
    const channel = new RoomChannel(exchange, channelOf(room), (received) =>
      this.#deliver(room, received),
    )
    this.#byRoom.set(room, channel)
    return channel
  }

  /** Forgets a channel that nobody is in and that has nothing left to do. */
  #drop(room: string): void {
    if (this.#byRoom.get(room)?.isIdle) this.#byRoom.delete(room)
  }
}
