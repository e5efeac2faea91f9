import { guarded } from '../async/maybe-promise.js'
import { CLOSE_CODES } from '../protocol/close-codes.js'
import type { JsonObject, JsonValue } from '../protocol/documents/document-record.js'
import type { DocumentChange, DocumentEngine, EngineHost } from './document-engine.js'
import { DocumentSaver } from './document-saver.js'
import { DocumentSession, type SessionInfo } from './document-session.js'
import type { DocumentSocket } from './document-socket.js'
import { FrameIntake } from './frame-intake.js'
import { HookRunner } from './hook-runner.js'
import { systemTimers, type DocumentTimers } from './document-timers.js'
import { PresenceBoard } from './presence-board.js'
import type { ArrivedFrame } from './read-session-frame.js'
import type {
  Access,
  Admission,
  DocumentRoomOptions,
  SessionSnapshot,
  StorageReport,
} from './room-options.js'

const DEFAULT_MAX_FRAME = 60 * 1024
const DEFAULT_MAX_MESSAGE = 1024 * 1024

/** How often a room that closes tries to save. */
const LAST_TRIES = 3

/** What `get` returns. */
export type ItemOf<E> = E extends DocumentEngine<infer Item> ? Item : never
/** What `transact` hands out. */
export type TransactionOf<E> =
  E extends DocumentEngine<unknown, infer Transaction> ? Transaction : never
/** What `snapshot` returns. */
export type SnapshotOf<E> =
  E extends DocumentEngine<unknown, unknown, infer Snapshot> ? Snapshot : never

/**
 * A document that several sessions edit together, over any sockets that can `send` and `close`.
 *
 * @example
 * ```ts
 * const room = await DocumentRoom.open({ engine: new RecordsEngine({ records }) })
 * const session = room.connect({ socket, sessionId, access: 'write' })
 * socket.on('message', (data) => room.receive(sessionId, String(data), socket))
 * socket.on('close', () => room.disconnect(sessionId, socket))
 * ```
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any engine: its types are inferred
export class DocumentRoom<E extends DocumentEngine<any, any, any> = DocumentEngine> {
  readonly engine: E
  readonly #options: DocumentRoomOptions<E>
  readonly #hooks: HookRunner
  readonly #timers: DocumentTimers
  readonly #sessions = new Map<string, DocumentSession>()
  readonly #presence: PresenceBoard
  readonly #saver: DocumentSaver | undefined
  readonly #intake: FrameIntake
  readonly #maxFrame: number
  #isFailing = false
  #isClosed = false
  #closing: Promise<void> | undefined
  #onEmpty: (() => void) | undefined

  /** Use {@link DocumentRoom.open}: a room begins with what its storage has. */
  private constructor(options: DocumentRoomOptions<E>) {
    this.#options = options
    this.#hooks = new HookRunner(options)
    this.engine = options.engine
    this.#timers = options.timers ?? systemTimers
    this.#maxFrame = options.maxFrame ?? DEFAULT_MAX_FRAME
    this.#presence = new PresenceBoard({
      timers: this.#timers,
      check: options.presence,
      broadcast: (change) => {
        const text = JSON.stringify(change)
        for (const session of this.#sessions.values()) if (session.state) session.sendText(text)
        this.#hooks.run('onPresence', this.#presence.users())
      },
    })
    this.#intake = new FrameIntake({
      engine: this.engine,
      maxFrame: this.#maxFrame,
      show: ({ user, id }, { state }) => this.#presence.show(user, id, state),
      report: (error, session) => this.#hooks.error(error, session),
      giveUp: (session) =>
        this.#end(session, CLOSE_CODES.PROTOCOL_VIOLATION, 'Too many frames that are none'),
    })
    const { storage } = options
    this.#saver =
      storage &&
      new DocumentSaver(storage, {
        timers: this.#timers,
        encode: () => this.engine.encode(),
        merge: this.engine.merge?.bind(this.engine),
        clock: () => this.engine.clock,
        onDurable: (clock) => this.#saved(clock),
        onFailure: (error) => {
          this.#isFailing = true
          this.#report({ kind: 'failed', error })
        },
      })
    this.engine.attach(this.#engineHost())
  }

  /**
   * Loads a document and makes a room of it.
   *
   * @throws what the storage rejects with, or DocumentStorageError: what is stored is left as it is
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  static async open<E extends DocumentEngine<any, any, any>>(
    options: DocumentRoomOptions<E>,
  ): Promise<DocumentRoom<E>> {
    const { engine, storage, maxFrame = DEFAULT_MAX_FRAME } = options
    if (!(maxFrame >= 256)) throw new TypeError('maxFrame is 256 bytes at least')
    if (!storage) return new DocumentRoom(options)
    try {
      const stored = await storage.load()
      engine.restore(stored)
      const room = new DocumentRoom(options)
      if (stored.cut) room.#report({ kind: 'cut', cut: stored.cut })
      return room
    } catch (error) {
      await Promise.resolve(storage.close?.()).catch(() => undefined)
      throw error
    }
  }

  /** Steps of one for every transaction that wrote something. */
  get clock(): number {
    return this.engine.clock
  }

  /** Up to which clock changes survive the process; without a storage it is `clock`. */
  get durable(): number {
    return this.#saver?.durable ?? this.clock
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /**
   * Lets a socket in. Its client has to send `connect` before it gets anything.
   *
   * @returns `undefined` when the access is `none` or the room is closed: the socket is closed then
   */
  connect(admission: Admission): SessionInfo | undefined {
    const { socket, sessionId: id, access, user = id, meta } = admission
    const start = { id, user, meta, socket, access: access === 'write' ? access : 'read' } as const
    const session = new DocumentSession(start, {
      timers: this.#timers,
      maxFrame: this.#maxFrame,
      maxMessage: this.#options.maxMessage ?? DEFAULT_MAX_MESSAGE,
      wire: this.engine.wire,
      beforeSend: (info, frame) => this.#hooks.run('onBeforeSend', info, frame),
      onLost: (lost, error) => this.#lose(lost, error),
    })
    if (this.#isClosed) {
      session.close(CLOSE_CODES.TRY_AGAIN_LATER, 'The document is closed')
      return undefined
    }
    if (access === 'none') {
      session.close(CLOSE_CODES.FORBIDDEN, 'No access to the document')
      return undefined
    }
    const older = this.#sessions.get(id)
    // What its socket still brings is for nobody.
    older?.close(CLOSE_CODES.REPLACED, 'The session connected again')
    this.#sessions.set(id, session)
    this.#presence.enter(user, id)
    if (older && older.user !== user) this.#presence.leave(older.user, id)
    if (older) this.engine.disconnected?.(older)
    this.engine.connected?.(session)
    return session
  }

  /**
   * Takes what a socket received. What is wrong with it is told to this session alone; nothing is
   * thrown.
   *
   * @param frame a text, what it was parsed to, or the bytes of an engine that has its own wire
   * @param socket where it came from: an old socket of a session that has a newer one is ignored
   */
  receive(sessionId: string, frame: ArrivedFrame, socket?: DocumentSocket): void {
    const session = this.#find(sessionId, socket)
    if (!session) return
    this.#intake.take(session, frame)
    this.#hooks.run('onAfterReceive', session, frame)
  }

  /**
   * A socket has closed.
   *
   * @param socket which: an old socket of a session that has a newer one ends nothing
   */
  disconnect(sessionId: string, socket?: DocumentSocket): void {
    const session = this.#find(sessionId, socket)
    if (session) this.#remove(session)
  }

  /**
   * Closes a session.
   *
   * @param reason default: the client connects again; with a reason it does not
   */
  closeSession(sessionId: string, reason?: string): void {
    const session = this.#sessions.get(sessionId)
    if (!session) return
    if (reason === undefined) this.#end(session, CLOSE_CODES.RESTART, 'Connect again')
    else this.#end(session, CLOSE_CODES.FORBIDDEN, reason)
  }

  /** The sessions that are there. */
  sessions(): SessionInfo[] {
    return [...this.#sessions.values()]
  }

  /** Sends something of the application's own. Returns whether the session is there. */
  sendTo(sessionId: string, data: JsonValue): boolean {
    const session = this.#sessions.get(sessionId)
    session?.send({ type: 'custom', data })
    return session !== undefined
  }

  /** Changes what a session may do; `none` closes it. Returns whether the session is there. */
  setAccess(sessionId: string, access: Access): boolean {
    const session = this.#sessions.get(sessionId)
    if (!session) return false
    if (access === 'none') {
      this.#end(session, CLOSE_CODES.FORBIDDEN, 'No access to the document')
    } else if (access !== session.access) {
      session.access = access
      session.send({ type: 'access', access })
      this.engine.accessChanged?.(session)
    }
    return true
  }

  /** A copy of one item of the document. */
  get(id: string): ItemOf<E> | undefined {
    return this.engine.get(id) as ItemOf<E> | undefined
  }

  /**
   * Changes the document: all of it or, when the work throws, nothing.
   *
   * @throws what the work throws; an Error when the room is closed
   */
  transact<T>(work: (transaction: TransactionOf<E>) => T): T {
    this.#expectOpen()
    return this.engine.transact(work as (transaction: unknown) => T)
  }

  /** The document as it is now, as JSON. */
  snapshot(): SnapshotOf<E> {
    return this.engine.snapshot() as SnapshotOf<E>
  }

  /** Makes the document what it was. It is a transaction: sessions are told, and the clock goes on. */
  loadSnapshot(snapshot: SnapshotOf<E>): void {
    this.#expectOpen()
    this.engine.loadSnapshot(snapshot)
  }

  /** What is needed to go on with a session in another process; `undefined` when it is not there. */
  sessionSnapshot(sessionId: string): SessionSnapshot | undefined {
    const session = this.#sessions.get(sessionId)
    if (!session) return undefined
    const { id, user, access, meta } = session
    const presence = this.#presence.stateOf(user)
    const state = this.engine.sessionState(session)
    return {
      ...{ sessionId: id, access, user },
      ...(meta !== undefined && { meta }),
      ...(presence && { presence }),
      ...(state !== undefined && { state }),
    }
  }

  /** Goes on with a session whose socket outlived the room. It is sent what it missed. */
  resume({ socket, snapshot }: { socket: DocumentSocket; snapshot: SessionSnapshot }): void {
    const { presence, state, ...rest } = snapshot
    const info = this.connect({ ...rest, socket })
    const session = info && this.#sessions.get(info.id)
    if (!session) return
    if (presence)
      void guarded(
        () => this.#presence.show(session.user, session.id, presence),
        () => undefined,
      )
    if (state !== undefined) this.engine.resume(session, state)
  }

  /** Done when everything as of now is durable; rejects when the next try fails. */
  flush(): Promise<void> {
    return this.#saver?.flush() ?? Promise.resolve()
  }

  /**
   * Closes the sockets, then brings everything to the storage.
   *
   * @throws what the storage rejects with; what is not durable then is lost
   */
  close(code: number = CLOSE_CODES.RESTART, reason = 'The document closes'): Promise<void> {
    this.#closing ??= this.#close(code, reason)
    return this.#closing
  }

  /**
   * Calls back whenever the last session has gone.
   *
   * @internal
   */
  whenEmpty(callback: () => void): void {
    this.#onEmpty = callback
  }

  async #close(code: number, reason: string): Promise<void> {
    this.#isClosed = true
    const sessions = [...this.#sessions.values()]
    this.#sessions.clear()
    this.#presence.close()
    for (const session of sessions) session.close(code, reason)
    for (const session of sessions) this.#hooks.run('onSessionRemoved', session, 0)
    try {
      await this.engine.closed?.()
      await this.#saveLast()
    } finally {
      await this.#saver?.close()
    }
  }

  /** Nobody will try again after this: one failure is not the end. */
  async #saveLast(): Promise<void> {
    for (let left = LAST_TRIES; ; left--) {
      try {
        await this.#saver?.compact()
        return
      } catch (error) {
        if (left <= 1) throw error
      }
    }
  }

  #find(sessionId: string, socket: DocumentSocket | undefined): DocumentSession | undefined {
    const session = this.#sessions.get(sessionId)
    return socket && session?.socket !== socket ? undefined : session
  }

  #lose(session: DocumentSession, error: unknown): void {
    this.#hooks.error(error, session)
    this.#end(session, CLOSE_CODES.TRY_AGAIN_LATER, 'The socket does not take what is sent')
  }

  #end(session: DocumentSession, code: number, reason: string): void {
    session.close(code, reason)
    this.#remove(session)
  }

  #remove(session: DocumentSession): void {
    session.end()
    if (this.#sessions.get(session.id) !== session) return
    this.#sessions.delete(session.id)
    this.#presence.leave(session.user, session.id)
    this.engine.disconnected?.(session)
    this.#hooks.run('onSessionRemoved', session, this.#sessions.size)
    if (this.#sessions.size === 0) this.#onEmpty?.()
  }

  #engineHost(): EngineHost {
    const { storage } = this.#options
    return {
      sessions: () => this.#sessions.values(),
      isStored: storage !== undefined,
      persist: (clock, change) => this.#saver?.add(clock, change),
      durable: () => (storage ? this.durable : Number.MAX_SAFE_INTEGER),
      changed: (change: DocumentChange) => this.#hooks.run('onCommit', change),
      presenceOf: ({ user }): JsonObject | undefined => this.#presence.stateOf(user),
      entered: (session) => session.send({ type: 'presence', join: this.#presence.users() }),
      close: (session, code, reason) => this.#end(session, code, reason),
      report: (error, session) => this.#hooks.error(error, session),
    }
  }

  #saved(clock: number): void {
    if (this.#isFailing) {
      this.#isFailing = false
      this.#report({ kind: 'recovered' })
    }
    this.engine.onDurable(clock)
  }

  #report(report: StorageReport): void {
    this.#hooks.run('onStorage', report)
  }

  #expectOpen(): void {
    if (this.#isClosed) throw new Error('The document is closed')
  }
}
