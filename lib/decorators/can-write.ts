import { documentHook } from './record-on.js'

/**
 * On a method of a `@Document` class: it decides over each change that a client makes to records of
 * these types, and is given `(next, before, session)`. `next` is `undefined` when the record is removed,
 * `before` when it is created; `session` is what `authorize` returned. A throw or `false` vetoes the
 * change; a record that it returns, or what it changes in `next`, takes its place. It may not wait.
 *
 * @param types names of records, as `@Document` has them
 * @example
 * ```ts
 * @CanWrite('note') own(next: Note, before: Note | undefined, user: User) {
 *   if (!before) return { ...next, owner: user.id }
 *   return before.owner === user.id
 * }
 * ```
 */
export function CanWrite(...types: readonly string[]): MethodDecorator {
  return documentHook('CanWrite', 'canWrite', types)
}
