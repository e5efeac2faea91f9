/** What a room manager asks of the other processes. */
export interface RoomsElsewhere {
  /** How many connections are in a room there. */
  count(room: string, deadline: number): Promise<RoomCount>
  /** Waits for what they know of presence; returns whether all of them have told. */
  sync(deadline: number): Promise<boolean>
  /** Ends the memberships of a member there; returns how many there were. */
  kick(room: string, member: string, deadline: number): Promise<number>
}

/** How many connections are in a room, in all processes. */
export interface RoomCount {
  readonly count: number
  /** Whether a process that lives has not answered: then there may be more. */
  readonly partial: boolean
}
