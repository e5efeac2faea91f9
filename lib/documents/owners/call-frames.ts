import type { WsErrorBody } from '../../protocol/records.js'
import type { DocumentCall } from '../document-calls.js'

/** The largest frame of a call, in bytes: several go into one message between processes. */
export const CALL_FRAME = 60 * 1024

/** The longest call or answer, in UTF-16 units: the snapshot of a large document. */
export const MAX_CALL = 512 * 1024 * 1024

/** Asks something of a document of another process. */
export interface CallFrame {
  readonly n: number
  readonly call: DocumentCall
}

/** What the owner says. */
export type AnswerFrame =
  /** A chunk of a call has been taken: the next may come. */
  | { readonly type: 'more' }
  | { readonly type: 'answer'; readonly n: number; readonly value?: unknown }
  | { readonly type: 'failed'; readonly n: number; readonly error: WsErrorBody }
  /** The document is not here: nothing was done. */
  | { readonly type: 'gone'; readonly n: number }
