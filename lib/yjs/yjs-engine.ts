import type { AbstractType, Doc, Text, Array as YArray, Map as YMap, XmlFragment } from 'yjs'
import { AbstractType as AnyType } from 'yjs'
import { WsError } from '../errors/ws-error.js'
import { CLOSE_CODES } from '../protocol/close-codes.js'
import type { ServerFrame } from '../protocol/documents/document-frames.js'
import type { JsonObject } from '../protocol/documents/document-record.js'
import type { DocumentEngine, DocumentWire, EngineHost } from '../documents/document-engine.js'
import type { DocumentSession } from '../documents/document-session.js'
import { systemTimers, type DocumentTimers } from '../documents/document-timers.js'
import type { StoredDocument } from '../documents/storage/document-storage.js'
import type { WsBroadcastTransport } from '../transports/broadcast-transport.js'
import { AwarenessBoard, type RemoteEntry } from './awareness-board.js'
import { DeltaBatch, mergeDeltas, type Delta } from './delta-batch.js'
import { BrokenUpdateError, GuardedDoc } from './guarded-doc.js'
import { NodeLink } from './node-link.js'
import {
  encodeAccess,
  encodeAnswer,
  encodeAsk,
  encodeAwareness,
  encodeChange,
  encodeCustom,
  encodeError,
  readMessage,
  type AwarenessEntry,
} from './wire.js'
import { YjsSession } from './yjs-session.js'

/** How large a document may become by default, in bytes. */
const DEFAULT_MAX_BYTES = 32 * 1024 * 1024

/** Where other processes have the same document. */
export interface YjsCluster {
  readonly transport: WsBroadcastTransport
  /** What the document is called everywhere. */
  readonly path: string
}

/** What a document of Yjs is made of. */
export interface YjsEngineOptions {
  /** How large it may become, in bytes as it is stored. Default: 32 MiB. */
  readonly maxBytes?: number
  /** Default: this process is the only one. */
  readonly cluster?: YjsCluster
  /** Default: those of Node. */
  readonly timers?: DocumentTimers
}

/** What another process has changed: it told of it, or stored it. */
const ELSEWHERE = Symbol('elsewhere')
const STORED = Symbol('stored')

/**
 * A document of Yjs: edits merge whatever their order. It speaks the wire of y-websocket, whose
 * provider connects as it is.
 *
 * @throws TypeError for a size that is none
 */
export class YjsEngine implements DocumentEngine<unknown, Doc, Uint8Array> {
  readonly wire: DocumentWire
  readonly #document: GuardedDoc
  readonly #board: AwarenessBoard
  readonly #batch: DeltaBatch
  readonly #link: NodeLink | undefined
  #host!: EngineHost
  #clock = 0

  constructor({
    maxBytes = DEFAULT_MAX_BYTES,
    cluster,
    timers = systemTimers,
  }: YjsEngineOptions = {}) {
    if (!(maxBytes > 0)) throw new TypeError('maxBytes must be a number of bytes')
    this.wire = {
      receive: (session, frame) => this.#receive(session, frame),
      encode: (frame) => encodeFrame(frame),
    }
    this.#document = new GuardedDoc(maxBytes, (delta, origin) => this.#changed(delta, origin))
    this.#batch = new DeltaBatch((deltas) => this.#flush(deltas))
    this.#board = new AwarenessBoard({
      timers,
      changed: (entries, local) => this.#showAll(entries, local),
      tick: () => this.#sendAll(encodeAwareness([])),
    })
    this.#link = cluster && this.#createLink(cluster, timers)
  }

  get clock(): number {
    return this.#clock
  }

  /**
   * The document of Yjs. It is another one after something had to be taken back: ask for it each time.
   */
  get doc(): Doc {
    return this.#document.doc
  }

  /** What the clients show of themselves, by their ids. */
  get awareness(): ReadonlyMap<number, JsonObject> {
    const states = this.#board
      .entries()
      .map(({ client, state }) => [client, JSON.parse(state ?? '{}') as JsonObject] as const)
    return new Map(states)
  }

  /** A text of the document; `toString()` is what is in it. */
  getText(name: string): Text {
    return this.doc.getText(name)
  }

  getMap<T = unknown>(name: string): YMap<T> {
    return this.doc.getMap<T>(name)
  }

  getArray<T = unknown>(name: string): YArray<T> {
    return this.doc.getArray<T>(name)
  }

  getXmlFragment(name: string): XmlFragment {
    return this.doc.getXmlFragment(name)
  }

  /**
   * The document as an update.
   *
   * @param vector a state vector: what is there already; default: nothing
   * @throws WsError 400 for what is no state vector
   */
  encodeStateAsUpdate(vector?: Uint8Array): Uint8Array {
    return this.#document.encodeSince(vector)
  }

  attach(host: EngineHost): void {
    this.#host = host
    this.#link?.open()
    this.#board.start()
  }

  restore(stored: StoredDocument): void {
    this.#document.restore(stored)
  }

  merge(stored: StoredDocument): Uint8Array {
    return this.#document.merge(stored, STORED)
  }

  onDurable(): void {
    // There is no word for it on the wire of y-websocket.
  }

  connected(session: DocumentSession): void {
    session.state = new YjsSession(session.user)
    this.#greet(session)
    const entries = this.#board.entries()
    if (entries.length > 0) session.sendRaw(encodeAwareness(entries))
  }

  disconnected(session: DocumentSession): void {
    this.#board.leave(YjsSession.of(session))
  }

  accessChanged(session: DocumentSession): void {
    // What was discarded before is welcome now.
    if (session.access === 'write') this.#ask(session)
  }

  async closed(): Promise<void> {
    this.#batch.flush()
    this.#board.stop()
    await this.#link?.close()
  }

  /** @throws WsError always: this wire has no such frames */
  receive(): void {
    throw new WsError(400, 'A frame of this document is binary')
  }

  sessionState(): unknown {
    return Buffer.from(this.#document.vector).toString('base64')
  }

  resume(session: DocumentSession, state: unknown): void {
    const vector = new Uint8Array(Buffer.from(String(state), 'base64'))
    session.sendRaw(encodeChange(this.#document.encodeSince(vector)))
  }

  /** What a type of the document has in it, if the server has used it: Yjs does not say of what kind others are. */
  get(name: string): unknown {
    const type = this.doc.share.get(name) as AbstractType<unknown> | undefined
    return type === undefined || type.constructor === AnyType ? undefined : type.toJSON()
  }

  transact<T>(work: (doc: Doc) => T): T {
    return this.#document.transact(work)
  }

  /** The document as it is, as an update of Yjs. */
  snapshot(): Uint8Array {
    return this.#document.encodeSince()
  }

  loadSnapshot(snapshot: Uint8Array): void {
    this.#document.revert(snapshot)
  }

  encode(): Uint8Array {
    return this.#document.encode()
  }

  #createLink({ transport, path }: YjsCluster, timers: DocumentTimers): NodeLink {
    return new NodeLink(transport, path, {
      timers,
      vector: () => this.#document.vector,
      since: (vector) => {
        this.#batch.flush()
        return this.#document.encodeSince(vector)
      },
      entries: () => this.#board.local(),
      merge: (update) => this.#document.absorb(update, ELSEWHERE) === 'whole',
      show: (node, entries) => this.#board.takeFrom(node, entries),
      left: (node) => this.#board.leaveAll(node),
      report: (error) => this.#host.report(error, undefined),
    })
  }

  #receive(session: DocumentSession, frame: string | Uint8Array): void {
    const message = readMessage(frame)
    switch (message.kind) {
      case 'ask':
        session.sendRaw(encodeAnswer(this.#document.encodeSince(message.vector)))
        return
      case 'update':
        this.#update(session, message.update, message.isAnswer)
        return
      case 'awareness':
        this.#board.take(YjsSession.of(session), message.entries)
        return
      case 'query-awareness':
        session.sendRaw(encodeAwareness(this.#board.entries()))
        return
      case 'auth':
        // Providers have nothing to say by it.
        return
    }
  }

  #update(session: DocumentSession, update: Uint8Array, isAnswer: boolean): void {
    if (session.access === 'read') return
    const state = YjsSession.of(session)
    try {
      const hasGap = this.#document.apply(update, session) === 'gap'
      if (isAnswer) state.answered(hasGap)
      else if (hasGap) this.#ask(session)
    } catch (error) {
      this.#refuse(session, error)
    }
  }

  /** What cannot be merged stays with the client: nothing that it sends later could be merged either. */
  #refuse(session: DocumentSession, error: unknown): void {
    const isFull = error instanceof WsError && error.code === 413
    if (!isFull && !(error instanceof BrokenUpdateError)) throw error
    session.sendError(error)
    this.#host.close(session, CLOSE_CODES.PROTOCOL_VIOLATION, error.message)
  }

  #greet(session: DocumentSession): void {
    if (session.access === 'read') session.sendRaw(encodeAccess('read'))
    else this.#ask(session)
  }

  #ask(session: DocumentSession): void {
    if (YjsSession.of(session).ask()) session.sendRaw(encodeAsk(this.#document.vector))
  }

  #changed(update: Uint8Array, origin: unknown): void {
    if (origin !== STORED) this.#host.persist(++this.#clock, update)
    this.#batch.add({ update, origin })
    const session = isSession(origin) ? origin : undefined
    const change = { clock: this.#clock, ops: update }
    this.#host.changed(session ? { ...change, sessionId: session.id } : change, session)
  }

  #flush(deltas: readonly Delta[]): void {
    const merged = mergeDeltas(deltas)
    if (!merged) return
    const frame = encodeChange(merged.update)
    for (const session of this.#host.sessions()) {
      if (session !== merged.origin) session.sendRaw(frame)
    }
    const own = mergeDeltas(
      deltas.filter(({ origin }) => origin !== ELSEWHERE && origin !== STORED),
    )
    if (own) this.#link?.sendUpdate(own.update)
  }

  #showAll(entries: readonly AwarenessEntry[], local: readonly RemoteEntry[]): void {
    const frame = encodeAwareness(entries)
    for (const session of this.#host.sessions()) {
      const { own } = YjsSession.of(session)
      // A client would take its own state for news when the clock is not the one that it gave it.
      const isShifted = own && own.offset > 0
      const others = isShifted && entries.filter(({ client }) => client !== own.client)
      session.sendRaw(others ? encodeAwareness(others) : frame)
    }
    this.#link?.sendEntries(local)
  }

  #sendAll(frame: Uint8Array): void {
    for (const session of this.#host.sessions()) session.sendRaw(frame)
  }
}

function isSession(origin: unknown): origin is DocumentSession {
  return typeof origin === 'object' && origin !== null && 'access' in origin
}

function encodeFrame(frame: ServerFrame): Uint8Array | undefined {
  if (frame.type === 'access') return encodeAccess(frame.access)
  if (frame.type === 'error') return encodeError(frame.error)
  if (frame.type === 'custom') return encodeCustom(frame.data)
  return undefined
}
