/** A process that runs the app, as another one of them sees it. */
export interface WsNode {
  /** Unique to this run of the app. */
  readonly id: string
  /** When it started, by its own clock: milliseconds since the epoch. Grows when it starts again. */
  readonly generation: number
  /** Whether it is the one that was asked. */
  readonly isSelf: boolean
  /** Milliseconds since it started. */
  readonly uptime: number
  /** Milliseconds since something was heard of it; it is taken for dead after 14.5 s. */
  readonly silence: number
  /** Open there, as it told within the last 5 s. */
  readonly connections: number
  /** With a member there, as it told within the last 5 s. */
  readonly rooms: number
}
