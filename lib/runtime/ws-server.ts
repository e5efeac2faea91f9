import { CLOSE_CODES, isSendableCloseCode, NORMAL_CLOSE } from '../protocol/close-codes.js'
import type { Clock } from '../async/clock.js'
import type { WsNode } from '../cluster/ws-node.js'
import type { WsPush } from '../protocol/records.js'
import { EncodingTally } from '../rooms/encodings/encoding-tally.js'
import type { Encodings } from '../rooms/encodings/encodings.js'
import type { PushFrame } from '../rooms/encodings/push-frame.js'
import type { ReceivedPush } from '../rooms/envelope.js'
import { deadlineOf, type QueryOptions } from '../rooms/query-options.js'
import { toSlowRule, type SlowChoice, type SlowRule } from '../rooms/slow-rule.js'
import type { WsRoomManager } from '../rooms/ws-room-manager.js'
import type { Ending } from './cluster-question.js'
import { Revocations } from './revocations.js'
import type { ServerConnection } from './server-connection.js'
import type { ConnectionPlace, ServerElsewhere, UserPlaces } from './server-elsewhere.js'
import type { SessionFacts } from './session.js'
import { Users } from './users.js'
import type { WsConnection } from './ws-connection.js'
import { WsUser } from './ws-user.js'

/** What a server needs of its app. */
export interface WsServerParts {
  readonly rooms: WsRoomManager<WsConnection>
  readonly encodings: Encodings
  readonly clock: Clock
  /** All processes that live, this one first. */
  readonly nodes: () => WsNode[]
  /** The other processes; absent without a transport. */
  readonly elsewhere?: ServerElsewhere | undefined
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
export interface RevokeOptions extends QueryOptions {
  /** Whether `authorize` decides. Default: false, they are closed. */
  readonly reauthorize?: boolean
  /** The close code of those that are closed without asking. Default: 4401, which is final. */
  readonly code?: number
  /** Their close reason. Default: `Revoked`. */
  readonly reason?: string
}

/** How {@link WsServer.disconnect} closes. */
export interface DisconnectOptions extends QueryOptions {
  /** Default: 1000. */
  readonly code?: number
  /** Default: none. */
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

  /** The processes that run this app over the same broker, this one first. */
  nodes(): WsNode[] {
    return this.#parts.nodes()
  }

  /** A user, with all connections of theirs; there may be none. */
  user(id: string): WsUser {
    return new WsUser(id, () => this.userConnections(id), this.#parts.elsewhere)
  }

  /**
   * Where a user is connected, in all processes.
   *
   * @throws RangeError for a wrong deadline, as a rejection
   */
  async findUser(id: string, options: QueryOptions = {}): Promise<UserPlaces> {
    const deadline = deadlineOf(options)
    const elsewhere = await this.#parts.elsewhere?.find(id, deadline)
    const { connections = [], partial = false } = elsewhere ?? {}
    return { connections: [...this.placesOf(id), ...connections], partial }
  }

  /**
   * Closes a connection, wherever it is. One that is here is about to be closed when it returns;
   * processes that cannot be reached now are told again for a minute.
   *
   * @returns whether it was found, by those that answered in time
   * @throws RangeError for a code that may not be sent or a wrong deadline, as a rejection
   */
  async disconnect(id: string, options: DisconnectOptions = {}): Promise<boolean> {
    const { code = NORMAL_CLOSE, reason = '' } = options
    const deadline = deadlineOf(options)
    checkCode('disconnect', code)
    if (this.disconnectHere(id, { code, reason })) return true
    const order = { name: 'disconnect', connection: id, code, reason } as const
    const found = await this.#parts.elsewhere?.order(order, deadline)
    return found !== undefined && found > 0
  }

  /** The connections of a user in this process, as of now. */
  userConnections(id: string): WsConnection[] {
    return this.#users.connections(id)
  }

  /**
   * Takes away what was allowed: closes connections, or has `authorize` look at them again, which
   * closes those that it refuses and replaces the sessions of the others.
   *
   * @param who the id of a user, whose connections are meant in all processes: those that cannot be
   * reached now are told again for a minute. Or which connections of this process
   * @returns how many were closed, or are about to be, at those that answered in time
   * @throws RangeError for a code that may not be sent or a wrong deadline, as a rejection
   */
  async revoke(
    who: string | ((connection: WsConnection) => boolean),
    options: RevokeOptions = {},
  ): Promise<number> {
    const { reauthorize = false, code = CLOSE_CODES.UNAUTHORIZED, reason = 'Revoked' } = options
    const deadline = deadlineOf(options)
    checkCode('revoke', code)
    const rule = { reauthorize, code, reason }
    if (typeof who !== 'string') return this.revokeHere(who, rule)
    const elsewhere = this.#parts.elsewhere?.order({ name: 'revoke', user: who, ...rule }, deadline)
    return (await this.revokeHere(who, rule)) + ((await elsewhere) ?? 0)
  }

  /**
   * What {@link revoke} does, in this process.
   *
   * @param ago milliseconds: connections that opened later are not meant
   * @internal
   */
  async revokeHere(
    who: string | ((connection: WsConnection) => boolean),
    { reauthorize, code, reason }: Ending & { readonly reauthorize: boolean },
    ago = 0,
  ): Promise<number> {
    this.revocations.add({ who, reauthorize, code, reason })
    const targets =
      typeof who === 'string'
        ? this.#ofUser(who, ago)
        : [...this.#connections.values()].filter((connection) => who(connection))
    // Who comes back is asked about by `authorize` anyway.
    if (!reauthorize) {
      this.#parts.giveUp?.(typeof who === 'string' ? ({ userId }) => userId === who : who)
    }
    if (reauthorize) await Promise.all(targets.map((one) => this.#parts.reauthorize(one)))
    else for (const connection of targets) connection.closeSoon(code, reason)
    return targets.filter(({ isEnding, isOpen }) => isEnding || !isOpen).length
  }

  /** @internal */
  placesOf(user: string): ConnectionPlace[] {
    const node = this.nodes()[0]?.id ?? ''
    return this.#users
      .connections(user)
      .map(({ id, remoteAddress }) => ({ id, node, remoteAddress }))
  }

  /**
   * Closes the connections of a user in this process.
   *
   * @param ago milliseconds: those that opened later are not meant
   * @returns how many
   * @internal
   */
  closeHere(user: string, { code, reason }: Ending, ago: number): number {
    const targets = this.#ofUser(user, ago)
    for (const connection of targets) connection.closeSoon(code, reason)
    return targets.length
  }

  /**
   * Closes a connection of this process, also one that was lost and may come back.
   *
   * @returns whether it was here
   * @internal
   */
  disconnectHere(id: string, { code, reason }: Ending): boolean {
    const kept: WsConnection[] = []
    this.#parts.giveUp?.((connection) => connection.id === id && kept.push(connection) > 0)
    const connection = this.#connections.get(id)
    connection?.closeSoon(code, reason)
    return kept.length > 0 || connection !== undefined
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

  /**
   * Delivers what another process pushed to a user.
   *
   * @internal
   */
  deliverToUser(received: ReceivedPush): void {
    const connections = this.#users.connections(received.user ?? '')
    if (connections.length === 0) return
    const { event, path, data, params } = this.#parts.encodings.read(received)
    for (const connection of connections) connection.send(event, path, data, params)
  }

  /**
   * Whether a connection was open so long ago; one that was lost, and may come back, was.
   *
   * @internal
   */
  wasOpen(id: string, ago: number): boolean {
    const openedAt = this.#connections.get(id)?.openedAt ?? -Infinity
    return openedAt <= this.#parts.clock.date() - ago
  }

  #ofUser(id: string, ago: number): ServerConnection[] {
    return this.#users.connections(id).filter((connection) => this.wasOpen(connection.id, ago))
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

function checkCode(what: string, code: number): void {
  if (isSendableCloseCode(code)) return
  throw new RangeError(`${what}: ${code} is no close code that may be sent`)
}
