/** What is asked of every contender. */
export interface Scenario {
  readonly name: string
  /**
   * Sent by every loaded connection, again and again. In the event and the path, `{n}` stands for the
   * variant and `{g}` for the sender: each sender has members of its own.
   */
  readonly message: WireMessage
  /** What the reply's `data` must be; absent when it is not looked at. */
  readonly reply?: unknown
  /** `data` that must be refused with 400. */
  readonly refused?: unknown
  /** What members send first; of every variant. */
  readonly join?: WireMessage
  /** What senders send first. */
  readonly enter?: WireMessage
  /** How many variants of the message there are: routes, or rooms. */
  readonly variants: number
  /** Connections that send. */
  readonly senders: number
  /** Messages under way on each sending connection: written at once, awaited together. */
  readonly depth: number
  /** Connections that only listen, for each sender. */
  readonly members: number
  /** What one message pushes to each member; absent when it is one push of the message itself. */
  readonly pushes?: Pushes
  /**
   * Senders have their members in common and send in turns, one message at a time; how long messages
   * took to a member is told.
   */
  readonly shared?: boolean
  /** Members show the message's data themselves, all in one room; nobody replies. Needs `rate`. */
  readonly presence?: boolean
  /**
   * Messages per second of senders that share a room, or of members that show something; absent when
   * each follows a reply.
   */
  readonly rate?: number
  /** Sent with the upgrade, for instance to be authorized. */
  readonly headers?: Readonly<Record<string, string>>
}

/** The pushes that a message causes: `data` of each has its number, from 0, as `n`. */
export interface Pushes {
  readonly count: number
  readonly event: string
  readonly data: object
}

/** A message on the wire, without its id. */
export interface WireMessage {
  readonly event: string
  readonly path: string
  readonly data?: unknown
}

/** The message of one variant, sent by one sender. */
export function variant(message: WireMessage, n: number, g: number): WireMessage {
  const fill = (part: string): string =>
    part.replaceAll('{n}', String(n)).replaceAll('{g}', String(g))
  return { ...message, event: fill(message.event), path: fill(message.path) }
}

/** Members that get something, for each message: what it costs is told per delivery. */
export function deliveriesOf({ members, pushes }: Scenario): number {
  return Math.max(1, members * (pushes?.count ?? 1))
}

/** 1000 -> 1,000 */
export function grouped(value: number): string {
  // Never -0.
  return (Math.round(value) + 0).toLocaleString('en')
}
