import type { WsCodec, WsFrame } from '../protocol/codec.js'
import type { Encoding } from '../rooms/encodings/encoding.js'
import { frameFor, type PushFrame } from '../rooms/encodings/push-frame.js'
import { DROPPED, KEPT, type SlowPolicy, type SlowRule } from '../rooms/slow-rule.js'
import type { Detour, DetourRegistry, SlowConnection } from './detour.js'
import { WaitingFrame } from './slow-queue.js'

/** What tells one kind of push from another, out of its frame; `undefined` when it cannot be read. */
export type ReadKind = (frame: WsFrame, codec: WsCodec) => string | undefined

/** A frame, and what it was encoded by. */
export type EncodedFrame = readonly [Encoding, WsFrame]

const RULES: Record<SlowPolicy, SlowRule> = {
  close: KEPT,
  drop: DROPPED,
  latest: { policy: 'latest' },
}

/** A push to the members of a room that are slow, or to all who are. */
export interface DetouredPush {
  readonly frame: PushFrame
  readonly exclude?: unknown
  /** The app's when absent. */
  readonly rule: SlowRule | undefined
}

/**
 * The connections that read too slowly: they are in no topic, so that the others ride the topics
 * undisturbed, and what is published is offered to each of them.
 */
export class Detours implements DetourRegistry {
  /** The rule of pushes that say none. */
  readonly rule: SlowRule
  readonly #all = new Map<SlowConnection, Detour>()
  readonly #rooms = new Map<string, Set<SlowConnection>>()
  readonly #readKind: ReadKind
  /** Whoever looks at what is pushed to a connection. */
  readonly #followers = new Map<SlowConnection, (frame: WsFrame) => void>()
  /** The topic of all connections, once there is one. */
  #everyone: string | undefined

  constructor(policy: SlowPolicy, readKind: ReadKind) {
    this.rule = RULES[policy]
    this.#readKind = readKind
  }

  /** Whether nobody is slow, or looked at. */
  get isEmpty(): boolean {
    return this.#all.size === 0 && this.#followers.size === 0
  }

  /** Whether somebody looks at what is pushed to a connection. */
  get isFollowed(): boolean {
    return this.#followers.size > 0
  }

  has(connection: unknown): connection is SlowConnection {
    return this.#all.has(connection as SlowConnection)
  }

  /** From now on there is a topic that all connections are in. */
  openEveryone(topic: string): void {
    this.#everyone = topic
  }

  divert(connection: SlowConnection, detour: Detour): void {
    this.#all.set(connection, detour)
    const { socket, rooms, encoding } = connection
    for (const room of rooms) {
      this.enter(connection, room)
      // What has been published to it before goes out now.
      socket?.unsubscribe(encoding.topicOf(room))
    }
    if (this.#everyone !== undefined) socket?.unsubscribe(encoding.topicOf(this.#everyone))
  }

  restore(connection: SlowConnection): void {
    this.forget(connection)
    const { socket, rooms, encoding } = connection
    for (const room of rooms) socket?.subscribe(encoding.topicOf(room))
    if (this.#everyone !== undefined) socket?.subscribe(encoding.topicOf(this.#everyone))
  }

  /** A connection has closed, or is slow no more. */
  forget(connection: SlowConnection): void {
    if (!this.#all.delete(connection)) return
    for (const room of connection.rooms) this.exit(connection, room)
  }

  /** A slow connection has become a member. */
  enter(connection: SlowConnection, room: string): void {
    const members = this.#rooms.get(room)
    if (members) members.add(connection)
    else this.#rooms.set(room, new Set([connection]))
  }

  /** A connection is no member any more. */
  exit(connection: unknown, room: string): void {
    const members = this.#rooms.get(room)
    if (members?.delete(connection as SlowConnection) && members.size === 0)
      this.#rooms.delete(room)
  }

  /** Tells of what is published to a connection, until it is called without a listener. */
  follow(connection: SlowConnection, listener?: (frame: WsFrame) => void): void {
    if (listener) this.#followers.set(connection, listener)
    else this.#followers.delete(connection)
  }

  /** Offers a push to the slow members of a room. */
  publish(room: string, push: DetouredPush): void {
    for (const follower of this.#followers.keys()) {
      if (follower.rooms.has(room)) this.#tell(follower, push)
    }
    const members = this.#rooms.get(room)
    if (members) this.#offer(members, push, room)
  }

  /** Offers a push to one who is slow, as a member of a room; `''` for everyone. */
  offer(member: SlowConnection, room: string, push: DetouredPush): void {
    this.#offer([member], push, room)
  }

  /** Offers a push to all who are slow. */
  publishAll(push: DetouredPush): void {
    for (const follower of this.#followers.keys()) this.#tell(follower, push)
    this.#offer(this.#all.keys(), push, '')
  }

  /**
   * The rule of a frame with all that it needs: the same kind of push in two rooms are two, and what is
   * not known to be the same replaces nothing.
   */
  scope(room: string, [encoding, frame]: EncodedFrame, rule: SlowRule = this.rule): SlowRule {
    if (rule.policy !== 'latest') return rule
    const kind = rule.key ?? this.#readKind(frame, encoding.codec)
    return kind === undefined ? DROPPED : { policy: 'latest', key: `${room}\n${kind}` }
  }

  /** Those on a detour hear of it when it goes to their socket. */
  #tell(follower: SlowConnection, { frame, exclude }: DetouredPush): void {
    if (follower === exclude || this.#all.has(follower)) return
    const own = frameFor(frame, follower.encoding)
    if (own !== undefined) this.#followers.get(follower)?.(own)
  }

  #offer(members: Iterable<SlowConnection>, push: DetouredPush, room: string): void {
    const { frame, exclude } = push
    let rule: SlowRule | undefined
    let waiting: WaitingFrame | undefined
    for (const member of members) {
      const own = frameFor(frame, member.encoding)
      if (member === exclude || own === undefined) continue
      // The same for all of them, whatever they read.
      rule ??= this.scope(room, [member.encoding, own], push.rule)
      if (waiting?.frame !== own) waiting = new WaitingFrame(own, rule)
      this.#all.get(member)?.offer(waiting)
    }
  }
}
