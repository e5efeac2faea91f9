import { documentHook } from './record-on.js'

/**
 * On a method of a `@Document` class: runs after a session has left the document, whatever the cause.
 * It is given `(session, remaining)`: a `SessionInfo`, and how many are left. What it throws is logged.
 */
export function OnSessionRemoved(): MethodDecorator {
  return documentHook('OnSessionRemoved', 'sessionRemoved')
}
