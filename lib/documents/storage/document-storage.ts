/** What a storage has of one document. */
export interface StoredDocument {
  /** The last that was saved; `undefined` for a document that is new. */
  readonly snapshot: Uint8Array | undefined
  /** What was appended since, in order. Changes that the snapshot has already do no harm. */
  readonly changes: readonly Uint8Array[]
  /** What was found broken and left out: the end of a log that a crash tore. */
  readonly cut?: StorageCut
}

/** The end of a log that could not be read. It had not been reported durable. */
export interface StorageCut {
  /** How many bytes were cut. */
  readonly bytes: number
  readonly reason: string
}

/**
 * Where one document is kept. A room calls one method at a time, and waits for it. What is kept are
 * bytes: only the engine knows what is in them.
 */
export interface DocumentStorage {
  /** Rejects when the document cannot be read; it is left as it is then. */
  load(): Promise<StoredDocument>
  /** Replaces the snapshot, whole or not at all, and forgets the changes appended before. */
  save(snapshot: Uint8Array): Promise<void>
  /**
   * Adds changes, all or none. Done when they survive the process. A storage without it gets
   * snapshots only.
   */
  append?(changes: readonly Uint8Array[]): Promise<void>
  /**
   * Replaces all that is stored by what `merge` makes of it, whole or not at all, and loses nothing
   * that another process stores meanwhile: `merge` may be called more than once. For places that
   * several processes write at once.
   */
  merge?(merge: (stored: StoredDocument) => Uint8Array): Promise<void>
  /** Lets go of files and the like. */
  close?(): Promise<void>
}

/** Where many documents are kept, by key. */
export interface DocumentStorages {
  /**
   * Whether tokens are looked at: `load` notes the one it was opened with, and from then on, for every
   * process, all that came with a lower one is refused with a `StaleOwnerError` and changes nothing.
   */
  readonly checksTokens?: boolean
  /**
   * The storage of one document. It may be opened again after it was closed.
   *
   * @param token of the lease by which this process owns the document, where there are several
   * @throws WsError 400 for a key that is none
   */
  open(key: string, token?: number): DocumentStorage
}
