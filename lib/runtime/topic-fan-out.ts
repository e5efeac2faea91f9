import type { Clock } from '../async/clock.js'
import type { WsFrame } from '../protocol/codec.js'
import type { BroadcastWindow } from '../rooms/broadcast-window.js'
import { EncodingTally } from '../rooms/encodings/encoding-tally.js'
import { MixedFrame, type PushFrame } from '../rooms/encodings/push-frame.js'
import type { Room } from '../rooms/room.js'
import type { RoomFanOut } from '../rooms/room-fan-out.js'
import { BroadcastWindows, type GatheredPush } from './broadcast-windows.js'
import { Burst } from './burst.js'
import type { SlowRule } from '../rooms/slow-rule.js'
import type { TopicPublisher } from './connection-socket.js'
import type { Detours } from './detours.js'
import { LiveConnection } from './live-connection.js'
import type { BackpressureLimit } from './limits.js'
import type { LatePublisher, TurnQueue, TurnTopic } from './turn-queue.js'
import type { WsConnection } from './ws-connection.js'
import type { WsCounters } from './ws-counters.js'
import type { WsEvents } from './ws-events.js'

/** What the fan-out has to know. */
export interface TopicFanOutOptions {
  readonly publisher: TopicPublisher
  readonly backpressure: BackpressureLimit
  readonly compressFrom: number
  readonly turn: TurnQueue
  readonly detours: Detours
  readonly counters: WsCounters
  readonly events: WsEvents
  /** How long pushes wait for others when nothing else is said. */
  readonly window: BroadcastWindow
  /** Default: the machine's. */
  readonly clock?: Clock
  /** All open connections. */
  readonly connections: () => Iterable<WsConnection>
}

/** Room names do not start with `$`, so that no room can be this topic. */
const EVERYONE = '$everyone'

/** Of the backpressure limit: so much is published to somebody between two looks at them. */
const CHECK_FROM = 1 / 8
/** Of the backpressure limit: so much is published to anybody in a round. */
const ROUND = 1 / 16
/** Who is in more rooms is looked at once a round: its rooms would be looked through with each push. */
const WIDE = 256

/**
 * Delivers pushes through uWebSockets.js's native topics, which write once per socket for all that
 * was published in a turn of the event loop.
 *
 * A publish does not tell which members are slow. So the members of a room, or all connections, are
 * looked through whenever an eighth of the backpressure limit has been published to them, divided by
 * the rooms that a member is in: the slow are taken out of the topics, at a price per delivery that is
 * next to nothing, and served one by one until they have caught up.
 */
export class TopicFanOut implements RoomFanOut<WsConnection> {
  readonly #options: TopicFanOutOptions
  readonly #windows: BroadcastWindows
  readonly #everyone: TurnTopic = { members: { has: () => true }, published: 0, turn: 0 }
  readonly #toRoom: LatePublisher<Room<WsConnection>, GatheredPush> = {
    publish: (room, { frame, exclude, slow }) => this.#publish(room, frame, exclude, slow),
    publishTogether: (room, pushes) => this.#publishTogether(room, pushes),
  }
  readonly #toEveryone: LatePublisher<TurnTopic, GatheredPush> = {
    publish: (_, { frame, slow }) => this.#publishToAll(frame, slow),
    publishTogether: (_, pushes) => this.#publishTogetherToAll(pushes),
  }
  #hasEveryone = false
  /** Bytes published to everyone since the last look for slow connections. */
  #unchecked = 0
  /** Bytes published to anybody since {@link #round} began. */
  #published = 0
  /** A connection is looked at once in a round: more than this could not wait for it meanwhile. */
  #round = 0
  /** Who was in more than {@link WIDE} rooms since it was in none. */
  readonly #wide = new Set<WsConnection>()

  constructor(options: TopicFanOutOptions) {
    this.#options = options
    this.#windows = new BroadcastWindows(
      (room, { frame, exclude, slow }) => this.#inTurn(room, frame, exclude, slow),
      options.clock,
    )
  }

  enter(member: WsConnection, room: Room<WsConnection>): void {
    this.#welcome(member, room)
    const { size } = member.rooms
    if (size > WIDE) this.#wide.add(member)
    else room.reach = Math.max(room.reach, size)
    const { counters, events, detours } = this.#options
    this.#count(member, room, 1)
    if (!detours.isEmpty && detours.has(member)) detours.enter(member, room.name)
    else subscribe(member, room.name)
    counters.memberships++
    if (room.members.size === 1) counters.rooms++
    if (events.has('join')) events.emit('join', { connection: member, room: room.name })
  }

  exit(member: WsConnection, room: Room<WsConnection>): void {
    this.#release(room)
    const { counters, events, detours } = this.#options
    // Not before: its other rooms do not know how many it is in.
    if (this.#wide.size > 0 && member.rooms.size === 0) this.#wide.delete(member)
    this.#count(member, room, -1)
    if (!detours.isEmpty) detours.exit(member, room.name)
    if (member instanceof LiveConnection) {
      member.socket?.unsubscribe(member.encoding.topicOf(room.name))
    }
    counters.memberships--
    if (room.members.size === 0) counters.rooms--
    if (events.has('leave')) events.emit('leave', { connection: member, room: room.name })
  }

  settle(room: Room<WsConnection>): void {
    this.#windows.release(room)
    // Of every room that members are in: what they are told now would wait for it, and pushes would not.
    this.#options.turn.flush()
  }

  renew(member: WsConnection, room: Room<WsConnection>): void {
    this.#welcome(member, room)
    const { detours } = this.#options
    if (!detours.isEmpty && detours.has(member)) detours.enter(member, room.name)
    else subscribe(member, room.name)
  }

  publish(
    room: Room<WsConnection>,
    frame: PushFrame,
    exclude?: WsConnection,
    window: BroadcastWindow = this.#options.window,
    slow?: SlowRule,
  ): void {
    if (window === 0 && this.#windows.isEmpty) this.#inTurn(room, frame, exclude, slow)
    else this.#windows.push(room, { frame, exclude, slow }, window)
  }

  /** Delivers all that waits. */
  flush(): void {
    this.#windows.releaseAll()
    this.#options.turn.flush()
  }

  /** Members are about to change: what was published before is not for the next. */
  #release(room: Room<WsConnection>): void {
    this.#windows.release(room)
    if (this.#options.turn.isWaiting(room)) this.#options.turn.flush()
  }

  /** It is told of the room now: that must not wait behind other rooms, and pushes overtake it. */
  #welcome(member: WsConnection, room: Room<WsConnection>): void {
    this.#release(room)
    const { turn } = this.#options
    if (turn.holds(member)) turn.flush()
  }

  #inTurn(
    room: Room<WsConnection>,
    frame: PushFrame,
    exclude: WsConnection | undefined,
    slow: SlowRule | undefined,
  ): void {
    const { turn } = this.#options
    if (!turn.isFull(room)) this.#publish(room, frame, exclude, slow)
    else turn.publishLater(room, { frame, exclude, slow }, this.#toRoom)
  }

  #publish(
    room: Room<WsConnection>,
    frame: PushFrame,
    exclude: WsConnection | undefined,
    slow: SlowRule | undefined,
  ): void {
    const { detours } = this.#options
    // uWS's `ws.publish` delivers nothing for a socket that is no subscriber.
    const isMember = exclude !== undefined && isIn(exclude, room)
    this.#transmit(room.name, frame, isMember && !detours.has(exclude) ? exclude : undefined)
    if (!detours.isEmpty) detours.publish(room.name, { frame, exclude, rule: slow })
    this.#pushed(room, frame, isMember)
  }

  /** The same with many. */
  #publishTogether(room: Room<WsConnection>, pushes: readonly GatheredPush[]): boolean {
    if (!this.#sendTogether(room.name, room.members, pushes)) return false
    for (const { frame, exclude } of pushes) {
      this.#pushed(room, frame, exclude !== undefined && isIn(exclude, room))
    }
    return true
  }

  /** @param isWithout whether a member was left out */
  #pushed(room: Room<WsConnection>, frame: PushFrame, isWithout: boolean): void {
    const { counters } = this.#options
    counters.broadcasts++
    counters.pushes += room.size - (isWithout ? 1 : 0)
    this.#countBytes(frame.length)
    room.unchecked += frame.length
    if (this.#isDue(room.unchecked * room.reach)) {
      room.unchecked = 0
      room.reach = this.#checkAll(room.members)
    }
  }

  /** Delivers to every connection. The topic for it is made when it is first needed. */
  publishAll(frame: PushFrame, slow?: SlowRule): void {
    const { connections, turn, detours } = this.#options
    if (!this.#hasEveryone) {
      this.#hasEveryone = true
      detours.openEveryone(EVERYONE)
      for (const connection of connections()) {
        if (!detours.has(connection)) subscribe(connection, EVERYONE)
      }
    }
    if (!turn.isFull(this.#everyone)) this.#publishToAll(frame, slow)
    else turn.publishLater(this.#everyone, { frame, exclude: undefined, slow }, this.#toEveryone)
  }

  #publishToAll(frame: PushFrame, slow: SlowRule | undefined): void {
    const { detours } = this.#options
    this.#transmit(EVERYONE, frame)
    if (!detours.isEmpty) detours.publishAll({ frame, rule: slow })
    this.#pushedToAll(frame)
  }

  #publishTogetherToAll(pushes: readonly GatheredPush[]): boolean {
    if (!this.#sendTogether(undefined, this.#options.connections(), pushes)) return false
    for (const { frame } of pushes) this.#pushedToAll(frame)
    return true
  }

  #pushedToAll(frame: PushFrame): void {
    const { connections, counters } = this.#options
    counters.broadcasts++
    counters.pushes += counters.connections
    this.#countBytes(frame.length)
    this.#unchecked += frame.length
    if (this.#isDue(this.#unchecked)) {
      this.#unchecked = 0
      this.#checkAll(connections())
    }
  }

  /**
   * Sends many pushes member by member, where that takes so many writes less that it pays.
   *
   * @param room the name of it; `undefined` for everyone
   */
  #sendTogether(
    room: string | undefined,
    members: Iterable<WsConnection>,
    pushes: readonly GatheredPush[],
  ): boolean {
    const { detours, compressFrom } = this.#options
    // Whoever follows a connection is told of what is published, push by push.
    if (detours.isFollowed || !Burst.pays(pushes)) return false
    if (!detours.isEmpty) {
      for (const { frame, exclude, slow: rule } of pushes) {
        if (room === undefined) detours.publishAll({ frame, rule })
        else detours.publish(room, { frame, exclude, rule })
      }
    }
    const burst = new Burst(pushes, { room, detours, compressFrom })
    for (const member of members) {
      if (member instanceof LiveConnection && !detours.has(member)) burst.sendTo(member)
    }
    return true
  }

  /** Publishes a frame to its topic, or the frames of each encoding to theirs. */
  #transmit(topic: string, frame: PushFrame, sender?: WsConnection): void {
    const { publisher } = this.#options
    const from = sender instanceof LiveConnection ? sender : undefined
    if (!(frame instanceof MixedFrame)) {
      this.#publishFrame(from?.socket ?? publisher, topic, frame)
      return
    }
    for (const [encoding, one] of frame.frames) {
      const own = from?.encoding === encoding ? from.socket : undefined
      this.#publishFrame(own ?? publisher, encoding.topicOf(topic), one)
    }
  }

  #publishFrame(publisher: TopicPublisher, topic: string, frame: WsFrame): void {
    const compress = frame.length >= this.#options.compressFrom
    publisher.publish(topic, frame, typeof frame !== 'string', compress)
  }

  /** Keeps in mind who reads another encoding than everybody. */
  #count(member: WsConnection, room: Room<WsConnection>, change: 1 | -1): void {
    if (!(member instanceof LiveConnection)) return
    const { encoding } = member
    if (encoding.isMain) return
    room.tally ??= new EncodingTally()
    if (change === 1) room.tally.add(encoding)
    else room.tally.remove(encoding)
  }

  /** A connection has opened. */
  opened(connection: WsConnection): void {
    if (this.#hasEveryone) subscribe(connection, EVERYONE)
  }

  /** Whether so much has been published that it is time to look for the slow. */
  #isDue(unchecked: number): boolean {
    return unchecked > this.#options.backpressure.limit * CHECK_FROM
  }

  #countBytes(bytes: number): void {
    this.#published += bytes
    if (this.#published <= this.#options.backpressure.limit * ROUND) return
    this.#published = 0
    this.#round++
    if (this.#wide.size > 0) this.#checkAll(this.#wide)
  }

  /** @returns the most rooms that one of them is in */
  #checkAll(connections: Iterable<WsConnection>): number {
    let reach = 1
    for (const connection of connections) {
      if (!(connection instanceof LiveConnection)) continue
      if (connection.checkedIn !== this.#round) {
        connection.checkedIn = this.#round
        connection.checkBackpressure()
      }
      const rooms = connection.hasRooms ? connection.rooms.size : 0
      if (rooms > reach && rooms <= WIDE) reach = rooms
    }
    return reach
  }
}

/** Asked of the connection, which is in a cache: what a room knows of its members may be in none. */
function isIn(connection: WsConnection, room: Room<WsConnection>): boolean {
  return connection instanceof LiveConnection ? connection.isIn(room) : room.members.has(connection)
}

function subscribe(connection: WsConnection, topic: string): void {
  if (!(connection instanceof LiveConnection)) return
  connection.socket?.subscribe(connection.encoding.topicOf(topic))
}
