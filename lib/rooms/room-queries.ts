import type { WsMember } from '../protocol/v1.js'
import { deadlineOf, type QueryOptions } from './query-options.js'
import type { RoomMember } from './room-member.js'
import type { RoomCount } from './rooms-elsewhere.js'
import type { WsRoomManagerOptions } from './ws-room-manager-options.js'

/** Who is in a room with `@Presence`, in all processes. */
export interface RoomRoster {
  readonly members: readonly WsMember[]
  /** Whether a process that lives has not answered: then somebody may be missing, or as they were. */
  readonly partial: boolean
}

type Sources<M extends RoomMember> = Pick<WsRoomManagerOptions<M>, 'presence' | 'elsewhere'>

/** Who is in which room, here and in the other processes. */
export abstract class RoomQueries<M extends RoomMember> {
  readonly #sources: Sources<M>

  constructor(sources: Sources<M>) {
    this.#sources = sources
  }

  /** The members in this process, as of now. */
  abstract connections(room: string): Set<M>

  /** Ends a membership. */
  abstract leave(connection: M, room: string): boolean

  /**
   * How many members a room has in this process.
   *
   * @internal
   */
  abstract countHere(room: string): number

  /**
   * How many connections are in a room, in all processes.
   *
   * @throws RangeError for a wrong deadline, as a rejection
   */
  async count(room: string, options: QueryOptions = {}): Promise<RoomCount> {
    const deadline = deadlineOf(options)
    const elsewhere = await this.#sources.elsewhere?.count(room, deadline)
    const { count = 0, partial = false } = elsewhere ?? {}
    return { count: count + this.countHere(room), partial }
  }

  /**
   * Who is in a room with `@Presence` in any process, and what they show, as far as this process
   * knows: what others told in the last moments may be missing. Nobody in other rooms.
   */
  members(room: string): WsMember[] {
    return this.#sources.presence?.members(room) ?? []
  }

  /**
   * What {@link members} gives, after the other processes have been asked.
   *
   * @throws RangeError for a wrong deadline, as a rejection
   */
  async roster(room: string, options: QueryOptions = {}): Promise<RoomRoster> {
    const deadline = deadlineOf(options)
    const isWhole = (await this.#sources.elsewhere?.sync(deadline)) ?? true
    return { members: this.members(room), partial: !isWhole }
  }

  /**
   * Sets what the member shows that a connection belongs to. It is not validated.
   *
   * @returns whether the connection is in a room with `@Presence`
   */
  setPresence(connection: M, room: string, state: unknown): boolean {
    return this.#sources.presence?.show(connection, room, state) ?? false
  }

  /**
   * Ends the memberships of a user, in all processes. Those here have ended when it returns; processes
   * that cannot be reached now are told again for a minute.
   *
   * @param member the id of a member as rosters have it: that of a user, or of a connection that is
   * nobody's
   * @returns how many connections were in the room, in all processes that answered in time
   * @throws RangeError for a wrong deadline, as a rejection
   */
  async kick(room: string, member: string, options: QueryOptions = {}): Promise<number> {
    const deadline = deadlineOf(options)
    const here = this.kickHere(room, member)
    return here + ((await this.#sources.elsewhere?.kick(room, member, deadline)) ?? 0)
  }

  /**
   * What {@link kick} does, in this process.
   *
   * @param isMeant default: all connections of the member are
   * @internal
   */
  kickHere(room: string, member: string, isMeant?: (connection: M) => boolean): number {
    let kicked = 0
    for (const connection of this.connections(room)) {
      if ((connection.userId ?? connection.id) !== member) continue
      if (isMeant?.(connection) !== false && this.leave(connection, room)) kicked++
    }
    return kicked
  }
}
