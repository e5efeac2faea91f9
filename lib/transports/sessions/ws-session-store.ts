import type { TransportStatus, TransportStatusChange } from '../broadcast-transport.js'

/** A room that a connection is in. */
export interface SessionRoom {
  readonly room: string
  /** What it may do there. */
  readonly access: 'read' | 'write'
  /** What its member shows, in a room with `@Presence`; as JSON knows it. */
  readonly state?: unknown
}

/** What has to be known of a connection to go on with it elsewhere. */
export interface SessionRecord {
  /** Whose it is; absent when it is nobody's. */
  readonly userId?: string | undefined
  /** Its id, by which it is left out of its own broadcasts. */
  readonly connection: string
  readonly rooms: readonly SessionRoom[]
}

/** How long a session is kept, and for whom. */
export interface SessionLease {
  /** How often it was claimed when it came to this process: another claim since then has the right. */
  readonly turn: number
  /** Seconds. */
  readonly ttl: number
}

/** A session that is this process's from now on. */
export interface SessionClaim {
  readonly turn: number
  readonly record: SessionRecord
  /** Whether it was this process's before. */
  readonly isOwn: boolean
}

/** What became of a lease. */
export type LeaseState = 'kept' | 'claimed' | 'unknown'

/**
 * The sessions of connections, kept outside the processes that serve them, so that a client can be
 * continued by any. A session belongs to one process at a time: to the last that claimed it.
 *
 * A token is a secret: whoever has it, and is the same user, continues the connection. A store keeps it
 * so that it cannot be read from the store.
 */
export interface WsSessionStore {
  readonly status: TransportStatus
  /** @returns a function that ends the listening */
  onStatus(listener: (change: TransportStatusChange) => void): () => void
  /**
   * Keeps a session, in place of what was known of it; one that is not known is this process's.
   *
   * @returns `claimed` when it has become another process's; a promise that rejects with a `WsStoreError`
   */
  save(token: string, record: SessionRecord, lease: SessionLease): Promise<LeaseState>
  /** Keeps a session as it is for longer; `unknown` when it is not there. */
  renew(token: string, lease: SessionLease): Promise<LeaseState>
  /**
   * Makes a session this process's; the one that had it is told, as `onClaimed` says. Of several that
   * try at once each gets it after the other: the last one has it.
   *
   * @returns `undefined` when there is none, or it is another user's
   */
  claim(token: string, userId: string | undefined, ttl: number): Promise<SessionClaim | undefined>
  /** Forgets a session, unless another process has claimed it. */
  remove(token: string, turn: number): Promise<void>
  /**
   * Hears when another process has claimed a session of this one. It may be lost: then `save` and `renew`
   * tell of it.
   *
   * @returns a function that ends the listening
   */
  onClaimed(listener: (token: string, turn: number) => void): () => void
}
