import type { DocumentChange, DocumentEngine } from './document-engine.js'
import type { SessionInfo } from './document-session.js'
import type { DocumentSocket } from './document-socket.js'
import type { DocumentTimers } from './document-timers.js'
import type { PresenceUser } from '../protocol/documents/document-frames.js'
import type { JsonObject } from '../protocol/documents/document-record.js'
import type { ArrivedFrame } from './read-session-frame.js'
import type { DocumentStorage, StorageCut } from './storage/document-storage.js'

/** What a session may do: nothing, look, or change things too. */
export type Access = 'none' | 'read' | 'write'

/** What the storage of a room tells of itself. */
export type StorageReport =
  /** A save failed; it is tried again until it works. */
  | { readonly kind: 'failed'; readonly error: unknown }
  /** Saves work again. */
  | { readonly kind: 'recovered' }
  /** The torn end of a log was left out. */
  | { readonly kind: 'cut'; readonly cut: StorageCut }

/** What a room calls. A hook that throws or rejects is reported to `onError`, and changes nothing. */
export interface DocumentHooks {
  /** Before a frame goes out. */
  readonly onBeforeSend?: (session: SessionInfo, frame: string | Uint8Array) => unknown
  /** After a frame has been handled, or refused. */
  readonly onAfterReceive?: (session: SessionInfo, frame: ArrivedFrame) => unknown
  /** After a transaction, when every session has been told. */
  readonly onCommit?: (change: DocumentChange) => unknown
  /** After the users who show something of themselves changed. */
  readonly onPresence?: (users: readonly PresenceUser[]) => unknown
  /** After a session ended; not when a newer socket of the same session took its place. */
  readonly onSessionRemoved?: (session: SessionInfo, remaining: number) => unknown
  readonly onStorage?: (report: StorageReport) => unknown
  /** Hears of what is nobody's answer. Default: nobody does. */
  readonly onError?: (error: unknown, session?: SessionInfo) => unknown
}

/** What a room is made of. */
export interface DocumentRoomOptions<E extends DocumentEngine> extends DocumentHooks {
  readonly engine: E
  /** Default: the document is forgotten when the room closes. */
  readonly storage?: DocumentStorage
  /** Throws a `WsError` for a presence that is not valid. Default: every object is. */
  readonly presence?: (state: JsonObject) => unknown
  /** The largest frame sent or received in one, in bytes. Default: 60 KiB, which fits 64 KiB with an envelope. */
  readonly maxFrame?: number
  /** The largest frame received in parts, in UTF-16 units. Default: 1 Mi. */
  readonly maxMessage?: number
  /** Default: those of Node. */
  readonly timers?: DocumentTimers
}

/** Who comes in. */
export interface Admission {
  readonly socket: DocumentSocket
  /** The session: a newer socket with the same id replaces the older one. */
  readonly sessionId: string
  readonly access: Access
  /** Whose presence it is. Sessions of one user share it. Default: the session's id. */
  readonly user?: string
  /** Anything of the application's; hooks and rules get it. */
  readonly meta?: unknown
}

/** Who comes in once it is known what they may do. */
export interface PendingAdmission extends Omit<Admission, 'access'> {
  /** Rejects for `none`, too: with what the client is told, when it is a `WsError`. */
  readonly access: Access | PromiseLike<Access>
}

/** What a session needs to go on in another process, as JSON. */
export interface SessionSnapshot {
  readonly sessionId: string
  readonly access: Access
  readonly user: string
  readonly meta?: unknown
  readonly presence?: JsonObject
  /** The engine's own. */
  readonly state?: unknown
}
