/** A constructor, as decorators see it. */
export type Constructor<T = object> = abstract new (...args: never[]) => T

/** Which lifecycle event a method handles. */
export type LifecycleKind = 'connect' | 'disconnect'

/** Which room event a method handles. */
export type RoomHookKind = 'join' | 'leave'

/** What `@OnMessage` was given; read and checked at compile time. */
export interface RouteRecord {
  readonly args: readonly unknown[]
  /** The path of the channel whose call it is. */
  readonly channel?: string | undefined
}

/** What `@OnJoin` or `@OnLeave` was given. */
export interface RoomHookRecord {
  readonly kind: RoomHookKind
  readonly pattern: unknown
}

/** What `@Join` or `@Leave` was given. */
export interface MembershipRecord {
  readonly kind: RoomHookKind
  readonly room: unknown
}

/** What `@Broadcast` was given. */
export interface BroadcastRecord {
  readonly event: unknown
  readonly options: unknown
}

/** What a method decides or hears of a document. */
export type DocumentHookKind = 'access' | 'canWrite' | 'commit' | 'sessionRemoved'

/** What `@Access()`, `@CanWrite`, `@OnCommit` or `@OnSessionRemoved` was given. */
export interface DocumentHookRecord {
  readonly kind: DocumentHookKind
  /** The types of records; empty but for `canWrite`. */
  readonly types: readonly unknown[]
}

/** What `@Document` was given. */
export interface DocumentClassRecord {
  readonly path: unknown
  readonly options: unknown
  /** What reads the options and runs documents: who has none does not load it. */
  readonly kit: unknown
}

/** Where the value of a parameter comes from. */
export type ParameterSource =
  'param' | 'data' | 'message' | 'connection' | 'rooms' | 'session' | 'server'

/** What a parameter decorator was given. */
export interface ParameterRecord {
  readonly index: number
  readonly source: ParameterSource
  readonly args: readonly unknown[]
}

/** What `@Describe` says, for people who read of an app. */
export interface Description {
  /** One line. */
  readonly summary?: string
  /** More, in CommonMark. */
  readonly description?: string
  /** Data as a client may send it; of a property, values of it. */
  readonly examples?: readonly unknown[]
  readonly deprecated?: boolean
  readonly tags?: readonly string[]
  /**
   * The data of the call, where no class says it: a class, `[Class]`, `String`, `Number`, or a JSON
   * schema of draft 7 as an object.
   */
  readonly data?: unknown
  /** The data of the reply, and of what `@Broadcast` pushes: the same as for `data`. */
  readonly reply?: unknown
  /**
   * The data of pushes by event, each the same as for `data`: of a handler what `@Broadcast` pushes, where
   * that is not its reply, and what it pushes by itself; of a controller what is pushed to its rooms.
   */
  readonly pushes?: Readonly<Record<string, unknown>>
}

/** Everything the decorators of one method said. Mutable only while the class is being defined. */
export interface MethodRecord {
  readonly name: string | symbol
  routes: readonly RouteRecord[]
  lifecycle: readonly LifecycleKind[]
  roomHooks: readonly RoomHookRecord[]
  memberships: readonly MembershipRecord[]
  broadcasts: readonly BroadcastRecord[]
  documentHooks: readonly DocumentHookRecord[]
  middleware: readonly unknown[]
  parameters: readonly ParameterRecord[]
  serial: boolean
  /** What `@Describe` was given. */
  description?: Description
  /** Whether `@Stream` says that it may return a stream. */
  stream?: boolean
  /** What `@Timeout` was given. */
  timeout?: unknown
  /** What `@RateLimit` was given. */
  rateLimit?: unknown
}

/** Everything the decorators of one class said. */
export interface ClassRecord {
  /** What `@Controller` was given; absent when the class has none. */
  controller?: { readonly prefix: unknown; readonly options: unknown }
  /** What `@Document` was given; absent when the class has none. */
  document?: DocumentClassRecord
  /** What `@Describe` was given, for the class and for its properties. */
  description?: Description
  properties?: Map<string, Description>
  /** What `@Presence` was given; absent when the class has none. */
  presence?: { readonly type: unknown }
  readonly middleware: unknown[]
  serial: boolean
  /** What `@Timeout` was given. */
  timeout?: unknown
  /** What `@RateLimit` was given. */
  rateLimit?: unknown
  readonly methods: Map<string | symbol, MethodRecord>
  /** Decorators put where they mean nothing: on a constructor's parameter or a static method. */
  readonly misplaced: { readonly decorator: string; readonly where: string }[]
}
