/**
 * What travels over a channel. A type only: nothing of it is there at run time.
 *
 * - `calls`: what clients send, by event: a function of the data, whose return type is the reply; an
 *   `AsyncIterable` of items for a stream
 * - `pushes`: what the server sends to the room, by event
 * - `presence`: the state that every member shows the others
 */
export interface ChannelContract {
  readonly calls?: object
  readonly pushes?: object
  readonly presence?: unknown
}

declare const CONTRACT: unique symbol

/** A path pattern with the contract of what travels there; made by {@link defineChannel}. */
export interface Channel<Path extends string = string, C extends ChannelContract = object> {
  /** The pattern: `/chat/:room`. */
  readonly path: Path
  /** Never there: it only carries the type. */
  readonly [CONTRACT]?: C
}

/**
 * Defines a channel, in a module that server and browser both import: `@Controller(chat)`,
 * `@OnMessage(chat, 'say')` and `client.room(chat, { room: 'general' })` are checked against it by
 * the compiler. Two calls, because TypeScript infers the path only where no type is given.
 *
 * @param path a path pattern
 * @throws TypeError when the path does not start with `/`
 * @example
 * ```ts
 * export const chat = defineChannel('/chat/:room')<{
 *   calls: { say(data: { text: string }): { at: number } }
 *   pushes: { said: { text: string; at: number } }
 *   presence: { name: string; typing: boolean }
 * }>()
 * ```
 */
export function defineChannel<const Path extends string>(
  path: Path,
): <C extends ChannelContract>() => Channel<Path, C> {
  if (typeof path !== 'string' || !path.startsWith('/')) {
    throw new TypeError(`defineChannel: ${JSON.stringify(path)} is no path: start it with "/"`)
  }
  const channel = Object.freeze({ path })
  return () => channel
}

/** Whether a value was made by `defineChannel`. */
export function isChannel(value: unknown): value is Channel {
  return typeof value === 'object' && value !== null && typeof (value as Channel).path === 'string'
}

type Section<C, Name extends keyof ChannelContract> = C extends Record<Name, infer S> ? S : object

/** The events of a channel's calls. */
export type CallName<C extends ChannelContract> = string & keyof Section<C, 'calls'>

/** The events of a channel's pushes. */
export type PushName<C extends ChannelContract> = string & keyof Section<C, 'pushes'>

type CallOf<C extends ChannelContract, E extends string> =
  Section<C, 'calls'> extends Record<E, infer Call> ? Call : never

/** The data of a call, as a list of parameters: empty when the call has none. */
export type CallData<C extends ChannelContract, E extends string> =
  CallOf<C, E> extends (...data: infer Data extends [data?: unknown]) => unknown ? Data : never

/** The reply to a call. */
export type CallReply<C extends ChannelContract, E extends string> =
  CallOf<C, E> extends (...data: never[]) => infer Reply ? Reply : never

/** What a caller gets: the reply, or the items of a stream as one list. */
export type CallAnswer<C extends ChannelContract, E extends string> =
  CallReply<C, E> extends AsyncIterable<infer Item> ? Item[] : CallReply<C, E>

/** An item of a call whose reply is a stream; anything where the contract says nothing. */
export type StreamItem<C extends ChannelContract, E extends string> =
  CallReply<C, E> extends AsyncIterable<infer Item> ? Item : unknown

/** The events of a channel's calls whose replies are streams, or may be. */
export type StreamName<C extends ChannelContract> = {
  [E in CallName<C>]: CallReply<C, E> extends AsyncIterable<unknown>
    ? E
    : unknown extends CallReply<C, E>
      ? E
      : never
}[CallName<C>]

/** The data of a push. */
export type PushData<C extends ChannelContract, E extends string> =
  Section<C, 'pushes'> extends Record<E, infer Data> ? Data : never

/** The state of a member; `never` when the channel has no presence. */
export type PresenceState<C extends ChannelContract> =
  C extends Record<'presence', infer State> ? State : never
