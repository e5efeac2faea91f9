import type { DocumentRecord } from '../protocol/documents/document-record.js'
import type { SessionInfo } from './document-session.js'

/**
 * Decides over a change of one record that a session makes. `next` is `undefined` when it removes
 * the record, `before` when it creates it. Returning `false` or throwing vetoes it; a record that is
 * returned, or changes to `next`, which is a copy, take its place.
 */
export type WriteRule = (
  next: DocumentRecord | undefined,
  before: DocumentRecord | undefined,
  session: SessionInfo,
) => unknown
