import { ownText } from '../protocol/own-text.js'
import type { RoomLog, RoomView } from './history/room-history.js'
import type { EncodingTally } from './encodings/encoding-tally.js'
import type { RoomMember } from './room-member.js'
import { SmallSet } from './small-set.js'

/** One room: as long as it has a member. */
export class Room<M extends RoomMember> {
  readonly name: string
  readonly #members = new SmallSet<M>()
  /** How many members it has: asked with each push, when those of one room in thousands are in no cache. */
  size = 0
  /** Members that read another encoding than everybody; kept by the fan-out. */
  tally: EncodingTally | undefined
  /** Bytes published since the fan-out last looked for slow members. */
  unchecked = 0
  /** What was pushed to it, where this process keeps that. */
  readonly log: RoomLog | undefined
  /** The same for those who come back, whoever keeps it. */
  readonly view: RoomView | undefined
  /** Publishes of a turn of the event loop, and which turn: kept by the fan-out. */
  published = 0
  turn = 0
  /** The most rooms that one of its members was in when it was looked at, this one included. */
  reach = 1

  constructor(name: string, log?: RoomLog, shared?: RoomView) {
    this.name = ownText(name)
    this.log = shared ? undefined : log
    this.view = shared ?? log
  }

  get members(): ReadonlySet<M> {
    return this.#members
  }

  add(member: M): void {
    this.size = this.#members.add(member).size
  }

  delete(member: M): void {
    this.#members.delete(member)
    this.size = this.#members.size
  }
}
