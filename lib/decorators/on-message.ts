import {
  isChannel,
  type CallName,
  type Channel,
  type ChannelContract,
} from '../protocol/channel.js'
import type { CallDecorator } from './call-decorator.js'
import { append } from '../metadata/store.js'
import { methodDecorator } from './record-on.js'

/**
 * Handles a message. May stand several times on one method.
 *
 * An argument that starts with `/` is a path, relative to the controller's prefix; the other is the
 * event. The event defaults to `'message'`, the path to the prefix.
 *
 * Paths are [path-to-regexp](https://github.com/pillarjs/path-to-regexp) patterns: `/chat/:room`,
 * `/files/*path` (one or more segments), `/users{/:id}` (optional). They match case-sensitively and
 * whole; static segments win over parameters, parameters over wildcards.
 *
 * @example
 * ```ts
 * @OnMessage('say')                 // event `say` on the controller's prefix
 * @OnMessage('/typing')             // event `message` on prefix + `/typing`
 * @OnMessage('rename', '/title')    // event `rename` on prefix + `/title`
 * ```
 */
export function OnMessage(eventOrPath?: string, path?: string): MethodDecorator
/**
 * Handles a call of a channel, on the channel's path. The compiler checks that the channel has the call,
 * that the method returns its reply, and that a parameter takes its data.
 *
 * @example
 * ```ts
 * @OnMessage(chat, 'say')
 * say(@Data() said: Say) {}
 * ```
 */
export function OnMessage<C extends ChannelContract, E extends CallName<C>>(
  channel: Channel<string, C>,
  event: E,
): CallDecorator<C, E>
export function OnMessage(first?: string | Channel, second?: string): MethodDecorator {
  const channel = isChannel(first) ? first.path : undefined
  const args = channel === undefined ? given(first, second) : given(second)
  return methodDecorator('OnMessage', (record) => {
    record.routes = append(record.routes, { args, channel })
  })
}

/** What is there, of two. */
function given(first: unknown, second?: unknown): readonly unknown[] {
  if (first === undefined) return second === undefined ? [] : [second]
  return second === undefined ? [first] : [first, second]
}
