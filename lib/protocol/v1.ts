/** `$welcome`: the first push to whoever negotiated `enfilade.v1`. */
export interface WsWelcome {
  /** The id of the connection. */
  readonly connection: string
  /** What `$resume` takes to continue after a loss. */
  readonly session: string
  readonly resumed: boolean
  /** Bytes of the largest message the server takes. */
  readonly maxPayload: number
  /** Seconds of silence after which the server closes. */
  readonly idleTimeout: number
}

/** Where one is in the history of a room. */
export interface RoomPosition {
  /** Another epoch is another history: nothing of the one before can be recovered. */
  readonly epoch: string
  /** The `seq` of the last push that was seen. */
  readonly seq: number
}

/** A member of a room with presence. One user with two tabs is one member. */
export interface WsMember<State = unknown> {
  readonly id: string
  readonly state: State
  /** How many connections the member has in the room. */
  readonly connections?: number
}

/** `$joined`: one became a member, and this is where the room is. */
export interface WsJoined extends Partial<RoomPosition> {
  /** The id of one's own member, in a room with presence. */
  readonly self?: string
  /** Everybody in a room with presence, oneself included. */
  readonly members?: readonly WsMember[]
}

/** `$gap`: pushes to a room may have been missed, and this is where the room is now. */
export type WsGap = RoomPosition

/** `$left`: one is no member any more. */
export interface WsLeft {
  /** `left` by a handler of one's own, `kicked` by the server, `refused` when it was asked again. */
  readonly reason: 'left' | 'kicked' | 'refused'
}

/** `$presence` as a push: what changed in a room's roster. */
export interface WsPresence {
  readonly join?: readonly WsMember[]
  readonly update?: readonly WsMember[]
  /** Ids of members. */
  readonly leave?: readonly string[]
}

/** What became of a room after a `$resume`. */
export type RoomVerdict = 'recovered' | 'gap' | 'refused'

/** The reply to `$resume`. */
export interface WsResumed {
  readonly resumed: boolean
  readonly rooms?: Readonly<Record<string, RoomVerdict>>
}

/** `$closing`: the server is about to close. */
export interface WsClosing {
  readonly code: number
  /** Milliseconds to stay away. */
  readonly retryAfter: number
}
