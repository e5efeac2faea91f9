import { documentHook } from './record-on.js'

/**
 * On a method of a `@Document` class: runs after each transaction that changed the document, when
 * every session has been told. It is given `(change)`, a `DocumentChange`. What it throws is logged.
 */
export function OnCommit(): MethodDecorator {
  return documentHook('OnCommit', 'commit')
}
