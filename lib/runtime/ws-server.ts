import type { WsFrame } from '../protocol/codec.js'
import type { WsPush } from '../protocol/records.js'
import type { WsRoomManager } from '../rooms/ws-room-manager.js'
import type { WsConnection } from './ws-connection.js'

/** What a server needs of its app. */
export interface WsServerParts {
  readonly rooms: WsRoomManager<WsConnection>
  readonly encode: (push: WsPush) => WsFrame
  /** Delivers to every connection of this process. */
  readonly publishAll: (frame: WsFrame) => void
  /** Tells the other processes; absent without a transport. */
  readonly forward?: (push: WsPush, frame: WsFrame) => void
}

/** All connections of an app. Injectable. */
export class WsServer {
  readonly #parts: WsServerParts
  readonly #connections = new Map<string, WsConnection>()

  constructor(parts: WsServerParts) {
    this.#parts = parts
  }

  /** How many connections are open in this process. */
  get size(): number {
    return this.#connections.size
  }

  /**
   * Pushes to every connection, here and in the other processes. It is encoded once.
   *
   * @throws what the codec throws for data it cannot encode
   */
  broadcast(event: string, path: string, data?: unknown): void {
    const push: WsPush = { event, path, data }
    const { forward, encode } = this.#parts
    if (!forward && this.#connections.size === 0) return
    const frame = encode(push)
    this.deliver(frame)
    forward?.(push, frame)
  }

  /** @returns the connection, when it is open in this process */
  getConnection(id: string): WsConnection | undefined {
    return this.#connections.get(id)
  }

  /** The connections of this process, as of now. */
  connections(): WsConnection[] {
    return [...this.#connections.values()]
  }

  /** The members of a room in this process, as of now. */
  roomConnections(room: string): WsConnection[] {
    return [...this.#parts.rooms.connections(room)]
  }

  /** @internal */
  deliver(frame: WsFrame): void {
    if (this.#connections.size > 0) this.#parts.publishAll(frame)
  }

  /** @internal */
  add(connection: WsConnection): void {
    this.#connections.set(connection.id, connection)
  }

  /** @internal */
  remove(connection: WsConnection): void {
    this.#connections.delete(connection.id)
  }
}
