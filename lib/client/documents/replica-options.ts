import type { DocumentCursor } from '../../protocol/documents/document-frames.js'
import type { DocumentRecord, RecordSchema } from '../../protocol/documents/document-record.js'
import type { PendingPush } from './pending-pushes.js'

/** The largest frame that is taken in parts, in UTF-16 units. */
export const MAX_MESSAGE = 64 * 1024 * 1024

/** The largest frame that a server takes in one by default, in bytes. */
export const MAX_FRAME = 60 * 1024

/** What a replica keeps through a reload, as JSON. Two replicas must not start from one. */
export interface ReplicaState {
  readonly client: string
  readonly schema: RecordSchema
  readonly cursor?: DocumentCursor
  readonly records: readonly DocumentRecord[]
  readonly next: number
  readonly pending: readonly PendingPush[]
}

/** What a replica is made of. */
export interface ReplicaOptions {
  /** The versions of the records that this code knows. Default: whatever the server has. */
  readonly schema?: RecordSchema
  /** What an earlier replica kept. */
  readonly state?: ReplicaState
  /** The name of the replica. Default: random. Nobody else may know it, or use it. */
  readonly client?: string
  /** The largest frame the server takes in one, in bytes. Default: 60 KiB. */
  readonly maxFrame?: number
  /** Hears of what a listener throws. Default: as an error that nobody caught. */
  readonly onError?: (error: unknown) => void
  /** When to send edits. Default: at once. Edits made until then become one push if they can. */
  readonly schedule?: (send: () => void) => void
}

/** How an edit is made. */
export interface EditOptions {
  /** What is done one after the other with the same name is taken back as one: a drag, a word. */
  readonly group?: string
}

/** Done, or done and safe from a crash of the server. */
export type FlushGoal = 'acknowledged' | 'durable'

/** The default of `schedule`. */
export function sendAtOnce(send: () => void): void {
  send()
}
