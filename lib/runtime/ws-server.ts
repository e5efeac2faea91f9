import { CLOSE_CODES, isSendableCloseCode } from '../protocol/close-codes.js'
import type { WsPush } from '../protocol/records.js'
import { EncodingTally } from '../rooms/encodings/encoding-tally.js'
import type { Encodings } from '../rooms/encodings/encodings.js'
import type { PushFrame } from '../rooms/encodings/push-frame.js'
import type { ReceivedPush } from '../rooms/envelope.js'
import { toSlowRule, type SlowChoice, type SlowRule } from '../rooms/slow-rule.js'
import type { WsRoomManager } from '../rooms/ws-room-manager.js'
import { Revocations } from './revocations.js'
import type { ServerConnection } from './server-connection.js'
import type { SessionFacts } from './session.js'
import { Users } from './users.js'
import type { WsConnection } from './ws-connection.js'
import { WsUser } from './ws-user.js'

/** What a server needs of its app. */
export interface WsServerParts {
  readonly rooms: WsRoomManager<WsConnection>
  readonly encodings: Encodings
  /** Delivers to every connection of this process. */
  readonly publishAll: (frame: PushFrame, slow?: SlowRule) => void
  /** A connection has been let in: from now on it hears what everyone does. */
  readonly added: (connection: ServerConnection) => void
  /** Tells the other processes; absent without a transport. */
  readonly forward?: (push: WsPush, frame: PushFrame, slow?: SlowRule) => void
  /** Gives up connections that were lost and may come back. */
  readonly giveUp?: (isMeant: (connection: WsConnection) => boolean) => void
  /** Asks `authorize` about a connection again. */
  readonly reauthorize: (connection: ServerConnection) => Promise<void>
}

/** How {@link WsServer.revoke} goes about it. */
export interface RevokeOptions {
  /** Whether `authorize` decides. Default: false, they are closed. */
  readonly reauthorize?: boolean
  /** The close code of those that are closed without asking. Default: 4401, which is final. */
  readonly code?: number
  /** Their close reason. Default: `Revoked`. */
  readonly reason?: string
}

/** How {@link WsServer.broadcast} sends. */
export interface ServerBroadcastOptions {
  /** What becomes of it where a client reads too slowly. Default: the option `backpressure.policy`. */
  readonly slow?: SlowChoice
}

const NO_OPTIONS: ServerBroadcastOptions = Object.freeze({})

/** All connections of an app. Injectable. */
export class WsServer {
  /**
   * What is revoked while somebody is still being let in.
   *
   * @internal
   */
  readonly revocations = new Revocations()
  readonly #parts: WsServerParts
  readonly #connections = new Map<string, ServerConnection>()
  readonly #users = new Users()
  /** Who reads another encoding than everybody. */
  readonly #tally = new EncodingTally()

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
  broadcast(
    event: string,
    path: string,
    data?: unknown,
    options: ServerBroadcastOptions = NO_OPTIONS,
  ): void {
    const push: WsPush = { event, path, data }
    const { forward, encodings } = this.#parts
    if (!forward && this.#connections.size === 0) return
    const frame = encodings.encode(push, this.#tally, this.#connections.size)
    const slow = toSlowRule(options.slow, `${event}\n${path}`)
    this.#deliver(frame, slow)
    forward?.(push, frame, slow)
  }

  /** @returns the connection, when it is open in this process */
  getConnection(id: string): WsConnection | undefined {
    return this.#connections.get(id)
  }

  /** The connections of this process, as of now. */
  connections(): WsConnection[] {
    return [...this.#connections.values()]
  }

  /** A user, with all connections of theirs in this process; there may be none. */
  user(id: string): WsUser {
    return new WsUser(id, () => this.userConnections(id))
  }

  /** The connections of a user in this process, as of now. */
  userConnections(id: string): WsConnection[] {
    return this.#users.connections(id)
  }

  /**
   * Takes away what was allowed: closes connections, or has `authorize` look at them again, which
   * closes those that it refuses and replaces the sessions of the others.
   *
   * @param who the id of a user, or which connections
   * @returns how many were closed, or are about to be
   */
  async revoke(
    who: string | ((connection: WsConnection) => boolean),
    options: RevokeOptions = {},
  ): Promise<number> {
    const { reauthorize = false, code = CLOSE_CODES.UNAUTHORIZED, reason = 'Revoked' } = options
    if (!isSendableCloseCode(code)) {
      throw new RangeError(`revoke: ${code} is no close code that may be sent`)
    }
    this.revocations.add({ who, reauthorize, code, reason })
    const targets =
      typeof who === 'string'
        ? this.#users.connections(who)
        : [...this.#connections.values()].filter((connection) => who(connection))
    // Who comes back is asked about by `authorize` anyway.
    if (!reauthorize) {
      this.#parts.giveUp?.(typeof who === 'string' ? ({ userId }) => userId === who : who)
    }
    if (reauthorize) await Promise.all(targets.map((one) => this.#parts.reauthorize(one)))
    else for (const connection of targets) connection.closeSoon(code, reason)
    return targets.filter(({ isEnding, isOpen }) => isEnding || !isOpen).length
  }

  /** The members of a room in this process, as of now. */
  roomConnections(room: string): WsConnection[] {
    return [...this.#parts.rooms.connections(room)]
  }

  /**
   * Delivers what another process pushed to everyone.
   *
   * @internal
   */
  deliver(received: ReceivedPush): void {
    const { size } = this.#connections
    if (size === 0) return
    this.#deliver(this.#parts.encodings.readOn(received, this.#tally, size), received.slow)
  }

  #deliver(frame: PushFrame, slow: SlowRule | undefined): void {
    if (this.#connections.size > 0) this.#parts.publishAll(frame, slow)
  }

  /** @internal */
  add(connection: ServerConnection): void {
    this.#connections.set(connection.id, connection)
    this.#users.add(connection)
    const { encoding } = connection
    if (!encoding.isMain) this.#tally.add(encoding)
    this.#parts.added(connection)
  }

  /** @internal */
  remove(connection: ServerConnection): void {
    if (!this.#connections.delete(connection.id)) return
    const { encoding } = connection
    if (!encoding.isMain) this.#tally.remove(encoding)
    this.#users.remove(connection)
  }

  /**
   * Gives a connection another session.
   *
   * @internal
   */
  identify(connection: ServerConnection, { session, expiresAt, userId }: SessionFacts): void {
    const isKnown = this.#connections.has(connection.id)
    if (isKnown) this.#users.remove(connection)
    Object.assign(connection, { session, expiresAt, userId })
    if (isKnown) this.#users.add(connection)
  }
}
