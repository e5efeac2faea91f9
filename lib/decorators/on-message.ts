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
export function OnMessage(eventOrPath?: string, path?: string): MethodDecorator {
  const args = [eventOrPath, path].filter((argument) => argument !== undefined)
  return methodDecorator('OnMessage', (record) => record.routes.push({ args }))
}
