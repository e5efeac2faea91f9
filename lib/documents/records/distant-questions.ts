import type { DocumentCursor } from '../../protocol/documents/document-frames.js'
import type {
  DocumentRecord,
  RecordOp,
  RecordSchema,
} from '../../protocol/documents/document-record.js'

/** Who asks the owner of a document of records, and what it has. */
export interface Asker {
  readonly client: string
  /** The versions that it knows. */
  readonly schema: RecordSchema
  /** Left out by one that has nothing. */
  readonly cursor?: DocumentCursor
}

/** What a transaction has read: it is done only when nothing of that has changed. */
export interface ReadSet {
  readonly ids: readonly string[]
  /** The types of which it has seen all records. */
  readonly types: readonly string[]
  /** Whether it has seen all records. */
  readonly isAll: boolean
}

/** What a process asks the owner of a document of records. */
export type RecordsQuestion =
  | (Asker & { readonly do: 'sync' })
  | (Asker & {
      readonly do: 'commit'
      readonly n: number
      readonly ops: readonly RecordOp[]
      readonly read: ReadSet
    })

/** What has happened since, and nothing was done. */
export interface ChangesAnswer {
  readonly isDone: false
  readonly cursor: DocumentCursor
  /** `full`: what the asker has is to be forgotten. */
  readonly mode: 'full' | 'diff'
  readonly put: readonly DocumentRecord[]
  readonly remove: readonly string[]
  /** The number of the asker's last transaction. */
  readonly pushed: number
}

/** What the owner answers. */
export type RecordsAnswer =
  ChangesAnswer | { readonly isDone: true; readonly cursor: DocumentCursor }
