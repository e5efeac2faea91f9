import { guarded, isPromise, type MaybePromise } from '../async/maybe-promise.js'
import { WsError } from '../errors/ws-error.js'
import { CLOSE_CODES } from '../protocol/close-codes.js'
import type { DocumentEngine } from './document-engine.js'
import { DocumentRoom } from './document-room.js'
import { systemTimers, type DocumentTimers } from './document-timers.js'
import { RoomConnection, type EnteredRoom } from './room-connection.js'
import type { Admission, DocumentRoomOptions, PendingAdmission } from './room-options.js'
import { checkStorageKey } from './storage/storage-key.js'

/** How long a document stays open without a session by default, in milliseconds. */
const DEFAULT_IDLE_TIMEOUT = 30_000

/** What a host works with. */
export interface RoomHostOptions<E extends DocumentEngine> {
  /** What a room of this path is made of; called whenever one is opened. */
  readonly room: (path: string) => MaybePromise<DocumentRoomOptions<E>>
  /** Where sockets go when a document could not be opened here. Default: they are closed. */
  readonly elsewhere?: (path: string, error: unknown) => EnteredRoom | undefined
  /** How long a document stays open without a session, in milliseconds. Default: 30 s. */
  readonly idleTimeout?: number
  /** A document has been opened. */
  readonly onOpen?: (path: string) => void
  /** A document has been closed. */
  readonly onClose?: (path: string) => void
  /** Nothing of a document is here any more: it has been closed, or could not be opened. */
  readonly onGone?: (path: string) => void
  /** Default: those of Node. */
  readonly timers?: DocumentTimers
}

interface Entry<E extends DocumentEngine> {
  readonly opening: Promise<DocumentRoom<E>>
  room?: DocumentRoom<E>
  idle?: unknown
  /** Set while it closes. */
  closing?: Promise<unknown>
}

/**
 * Opens documents when they are needed, each once, and closes them when they are not.
 *
 * @example
 * ```ts
 * const host = new RoomHost({ room: (path) => ({ engine, storage: files.open(path) }) })
 * const connection = host.connect('/board/7', { socket, sessionId, access: 'write' })
 * ```
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any engine: its types are inferred
export class RoomHost<E extends DocumentEngine<any, any, any> = DocumentEngine> {
  readonly #options: RoomHostOptions<E>
  readonly #timers: DocumentTimers
  readonly #entries = new Map<string, Entry<E>>()
  readonly #waiting = new Set<RoomConnection>()
  #isClosed = false

  constructor(options: RoomHostOptions<E>) {
    this.#options = options
    this.#timers = options.timers ?? systemTimers
  }

  /** How many documents are open, or about to be. */
  get size(): number {
    return this.#entries.size
  }

  /** The room of a path, when it is open. */
  get(path: string): DocumentRoom<E> | undefined {
    const entry = this.#entries.get(path)
    return entry?.closing ? undefined : entry?.room
  }

  /** Whether a document is open, or about to be. */
  has(path: string): boolean {
    const entry = this.#entries.get(path)
    return entry !== undefined && !entry.closing && !this.#isClosed
  }

  /**
   * The room of a path. It is loaded once, however many ask; it stays open for as long as it has
   * sessions, and a while after the last call of `open`.
   *
   * @throws WsError 400 for a path that cannot be one, 503 when the host is closed, and what the
   * load fails with: the next call tries again
   */
  async open(path: string): Promise<DocumentRoom<E>> {
    checkStorageKey(path)
    for (;;) {
      if (this.#isClosed) throw new WsError(503, 'The documents are closed')
      const entry = this.#entries.get(path)
      if (!entry) return this.#start(path).opening
      if (!entry.closing) {
        const room = await entry.opening
        if (!this.#isOpen(entry)) continue
        if (room.sessions().length === 0) this.#idle(path, entry)
        return room
      }
      await entry.closing
    }
  }

  /**
   * Lets a socket into a document, which is opened if it has to be. What arrives meanwhile waits, 64
   * frames or 256 Ki at most. When the document cannot be opened, the socket is told and closed.
   *
   * @param admission its access may be a promise: the document is opened when there is any
   */
  connect(path: string, admission: Admission | PendingAdmission): RoomConnection {
    const connection = new RoomConnection(admission, () => this.#waiting.delete(connection))
    this.#waiting.add(connection)
    void this.#admit(path, connection)
    return connection
  }

  /**
   * Closes all: the sockets first, so that nothing new arrives, then the documents are brought to
   * their storages. There is no way back.
   *
   * @throws AggregateError with what storages rejected with
   */
  async closeAll(code: number = CLOSE_CODES.RESTART, reason = 'The server closes'): Promise<void> {
    this.#isClosed = true
    for (const connection of [...this.#waiting]) connection.close(code, reason)
    const closed = Array.from(this.#entries, ([path, entry]) =>
      this.#end(path, entry, { code, reason }),
    )
    const failures = (await Promise.allSettled(closed)).filter(
      ({ status }) => status === 'rejected',
    )
    if (failures.length === 0) return
    const reasons = failures.map((failure) => (failure as PromiseRejectedResult).reason as unknown)
    throw new AggregateError(reasons, `${failures.length} documents could not be saved`)
  }

  /**
   * Closes one document, with all its sessions, and brings it to its storage. It may be opened again.
   *
   * @throws what the storage rejects with
   */
  async close(
    path: string,
    code: number = CLOSE_CODES.RESTART,
    reason = 'The document closes',
  ): Promise<void> {
    const entry = this.#entries.get(path)
    if (entry) await this.#end(path, entry, { code, reason })
  }

  async #admit(path: string, connection: RoomConnection): Promise<void> {
    let room: EnteredRoom
    try {
      const admitted = connection.admitted()
      const isIn = isPromise(admitted) ? await admitted : admitted
      if (!isIn) return
      room = await this.open(path)
    } catch (error) {
      const other = this.#options.elsewhere?.(path, error)
      if (!other) {
        connection.refuse(error)
        return
      }
      room = other
    }
    try {
      connection.enter(room)
    } catch (error) {
      connection.refuse(error)
    }
  }

  #end(
    path: string,
    entry: Entry<E>,
    { code, reason }: { code: number; reason: string },
  ): Promise<void> {
    this.#stopIdle(entry)
    const ended = (async () => {
      // Whoever asked has been told that it could not be opened.
      const room = await entry.opening.catch(() => undefined)
      try {
        await room?.close(code, reason)
      } finally {
        this.#forget(path, entry)
      }
    })()
    entry.closing = ended.catch(() => undefined)
    return ended
  }

  #start(path: string): Entry<E> {
    const entry: Entry<E> = { opening: this.#load(path) }
    this.#entries.set(path, entry)
    entry.opening.then(
      (room) => {
        entry.room = room
        this.#options.onOpen?.(path)
        room.whenEmpty(() => this.#idle(path, entry))
        this.#idle(path, entry)
      },
      () => {
        this.#entries.delete(path)
        this.#options.onGone?.(path)
      },
    )
    return entry
  }

  async #load(path: string): Promise<DocumentRoom<E>> {
    const options = this.#options.room(path)
    return DocumentRoom.open(isPromise(options) ? await options : options)
  }

  #isOpen(entry: Entry<E>): boolean {
    return !entry.closing && entry.room?.isClosed !== true
  }

  #idle(path: string, entry: Entry<E>): void {
    this.#stopIdle(entry)
    if (this.#isClosed) return
    entry.idle = this.#timers.set(() => {
      delete entry.idle
      void guarded(
        () => this.#tryToClose(path, entry),
        // It has been reported by the room, which stays and tries again.
        () => this.#idle(path, entry),
      )
    }, this.#options.idleTimeout ?? DEFAULT_IDLE_TIMEOUT)
  }

  #stopIdle(entry: Entry<E>): void {
    if (entry.idle !== undefined) this.#timers.clear(entry.idle)
    delete entry.idle
  }

  async #tryToClose(path: string, entry: Entry<E>): Promise<void> {
    const { room } = entry
    if (!room || room.sessions().length > 0) return
    // A room that cannot be saved must not be forgotten.
    await room.flush()
    if (room.sessions().length > 0 || entry.idle !== undefined || this.#isClosed) return
    // The last save of a room that is durable already makes its log short: it may fail.
    entry.closing = room.close().catch(() => undefined)
    await entry.closing
    this.#forget(path, entry)
  }

  #forget(path: string, entry: Entry<E>): void {
    // Who closes it twice forgets it once.
    if (this.#entries.get(path) !== entry) return
    this.#entries.delete(path)
    if (entry.room) this.#options.onClose?.(path)
    this.#options.onGone?.(path)
  }
}
