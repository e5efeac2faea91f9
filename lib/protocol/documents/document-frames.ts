import type { WsErrorBody } from '../records.js'
import type {
  DocumentRecord,
  JsonObject,
  JsonValue,
  RecordOp,
  RecordSchema,
} from './document-record.js'

/** The version of the frames; both sides name theirs when they meet. */
export const DOCUMENT_WIRE = 1

/** What a session may do: look, or change things too. */
export type DocumentAccess = 'read' | 'write'

/** A place in the history of a document. The epoch tells histories apart that split in a crash. */
export interface DocumentCursor {
  readonly epoch: string
  /** Steps of one a transaction. */
  readonly clock: number
}

/** First frame of a client: who it is, and what it has. */
export interface ConnectFrame {
  readonly type: 'connect'
  readonly wire: number
  /** The replica: a random text that it keeps to itself, and uses for as long as it has edits. */
  readonly client: string
  /** The versions of the records that the client's code knows. */
  readonly schema: RecordSchema
  /** Left out by a client that has nothing. */
  readonly cursor?: DocumentCursor
}

/** One transaction of a client, numbered from 1 by the replica. */
export interface PushFrame {
  readonly type: 'push'
  readonly n: number
  readonly ops: readonly RecordOp[]
  /** The versions that the operations were written with, when the client's code is newer. */
  readonly schema?: RecordSchema
}

/** The new state of whoever sends it; `null` for none. */
export interface PresenceFrame {
  readonly type: 'presence'
  readonly state: JsonObject | null
}

/** A part of a frame that is too large for one; `left` parts follow. */
export interface ChunkFrame {
  readonly type: 'chunk'
  readonly left: number
  readonly text: string
}

/** Asks for a `pong`: a proof of life. */
export interface PingFrame {
  readonly type: 'ping'
}

/** What a client sends. */
export type ClientFrame = ConnectFrame | PushFrame | PresenceFrame | PingFrame

/** Answer to `connect`; records follow, and `synced` ends them. */
export interface HelloFrame {
  readonly type: 'hello'
  readonly wire: number
  readonly session: string
  /** Whose presence is the client's own. */
  readonly user: string
  readonly access: DocumentAccess
  readonly cursor: DocumentCursor
  /** `full`: what the client has is to be forgotten. `diff`: what changed since its cursor follows. */
  readonly mode: 'full' | 'diff'
  /** The last push of this replica that the document has seen. */
  readonly pushed: number
  /** The largest frame that the server takes in one, in bytes. */
  readonly maxFrame?: number
  /** The largest that it takes in chunks, in UTF-16 units. */
  readonly maxMessage?: number
  /** What the replica last showed of itself, when that is still known. */
  readonly presence?: JsonObject
}

/** A part of what a client has to know; `full` puts only. */
export interface RecordsFrame {
  readonly type: 'records'
  readonly put: readonly DocumentRecord[]
  readonly remove?: readonly string[]
}

/** The client has everything up to its cursor of the hello. */
export interface SyncedFrame {
  readonly type: 'synced'
  /** Up to which clock changes are durable. */
  readonly durable: number
}

/** A transaction of somebody else. */
export interface PatchFrame {
  readonly type: 'patch'
  readonly clock: number
  readonly ops: readonly RecordOp[]
  /** The epoch that begins with it, if one does. */
  readonly epoch?: string
}

/**
 * Answer to a push: `commit` when it was done as it stands, `discard` when nothing was done, and
 * `rebase` when something else was: then `ops` has what really changed.
 */
export interface VerdictFrame {
  readonly type: 'verdict'
  readonly n: number
  readonly verdict: 'commit' | 'discard' | 'rebase'
  /** The clock that the transaction became; the present one when nothing was done. */
  readonly clock: number
  readonly ops?: readonly RecordOp[]
  readonly epoch?: string
  /** Why something was not done. */
  readonly error?: WsErrorBody
}

/** Changes up to here survive the process. */
export interface DurableFrame {
  readonly type: 'durable'
  readonly clock: number
}

/** One user, however many sessions. */
export interface PresenceUser {
  readonly user: string
  /** The latest that any of the user's sessions showed. */
  readonly state: JsonObject
}

/** Who came, changed and went. After a `hello`, `join` lists all that are there. */
export interface PresenceChangeFrame {
  readonly type: 'presence'
  readonly join?: readonly PresenceUser[]
  readonly update?: readonly PresenceUser[]
  /** Users. */
  readonly leave?: readonly string[]
}

/** What the session may do from now on. */
export interface AccessFrame {
  readonly type: 'access'
  readonly access: DocumentAccess
}

/** Something of the application's own, from `sendTo`. */
export interface CustomFrame {
  readonly type: 'custom'
  readonly data: JsonValue
}

/** Something that the client sent could not be taken. */
export interface ErrorFrame {
  readonly type: 'error'
  readonly error: WsErrorBody
}

/** Answer to `ping`. */
export interface PongFrame {
  readonly type: 'pong'
}

/** What a server sends. */
export type ServerFrame =
  | HelloFrame
  | RecordsFrame
  | SyncedFrame
  | PatchFrame
  | VerdictFrame
  | DurableFrame
  | PresenceChangeFrame
  | AccessFrame
  | CustomFrame
  | ErrorFrame
  | PongFrame
