import type { Clock, ClockTimer } from '../../async/clock.js'
import { CLOSE_CODES } from '../../protocol/close-codes.js'
import type { DocumentSocket } from '../document-socket.js'
import type { DocumentTimers } from '../document-timers.js'
import { Outbox } from '../outbox.js'
import type { ArrivedFrame } from '../read-session-frame.js'
import type { EnteredRoom } from '../room-connection.js'
import type { Access, Admission } from '../room-options.js'
import type { DocumentOwnerCounters } from './owner-counters.js'
import type { LinkEnd, PeerLink } from './peer-link.js'
import type { PeerItem } from './peer-messages.js'
import type { SessionBridge } from './session-bridge.js'

/** Milliseconds in which a process says whether it owns a document. */
const HAIL_TIMEOUT = 500

/** How much a socket takes before its process says so, in UTF-16 units. */
const TELL_AFTER = 16 * 1024

/** What sessions elsewhere work with. */
export interface RemoteSessionsParts {
  readonly clock: Clock
  readonly timers: DocumentTimers
  readonly bridge: SessionBridge
  readonly counters: Pick<DocumentOwnerCounters, 'forwarded' | 'interrupted'>
}

interface Remote {
  readonly s: number
  readonly socket: DocumentSocket
  readonly meta: unknown
  readonly outbox: Outbox
  readonly isServer: boolean
}

interface Hailed {
  readonly timer: ClockTimer
  readonly resolve: (isHere: boolean) => void
}

/** The sessions of this process in documents that another one owns, over the link to it. */
export class RemoteSessions implements LinkEnd {
  readonly #link: PeerLink
  readonly #parts: RemoteSessionsParts
  readonly #sessions = new Map<number, Remote>()
  readonly #bySocket = new Map<DocumentSocket, Remote>()
  readonly #hailed = new Map<number, Hailed>()
  #count = 0

  constructor(link: PeerLink, parts: RemoteSessionsParts) {
    this.#link = link
    this.#parts = parts
  }

  get isIdle(): boolean {
    return this.#sessions.size === 0 && this.#hailed.size === 0
  }

  /** Whether the other process is there, and owns a document. Never rejects. */
  hail(path: string): Promise<boolean> {
    if (this.#link.isOver) return Promise.resolve(false)
    const n = ++this.#count
    const { clock } = this.#parts
    return new Promise((resolve) => {
      const timer = clock.setTimeout(() => this.#answered(n, false), HAIL_TIMEOUT).unref()
      this.#hailed.set(n, { timer, resolve })
      this.#link.post({ kind: 'hail', n, path })
    })
  }

  /**
   * A document of the other process, to go in.
   *
   * @param isServer whether it is this application that does, in order to call
   */
  room(path: string, isServer = false): EnteredRoom {
    return {
      connect: (admission) => this.#enter(path, admission, isServer),
      receive: (_sessionId, frame, socket) => this.#receive(frame, socket),
      disconnect: (_sessionId, socket) => this.#leave(socket),
      setAccess: (_sessionId, access, socket) => this.#change(access, socket),
    }
  }

  take(item: PeerItem, text: string): void {
    if (item.kind === 'here') this.#answered(item.n, item.isHere)
    else if (item.kind === 'frame') {
      for (const s of item.s) this.#sessions.get(s)?.outbox.send(text)
    } else if (item.kind === 'close') this.#end(item.s, item.code, item.reason)
    else if (item.kind === 'order') {
      const remote = this.#sessions.get(item.s)
      if (remote) this.#parts.bridge.obey(remote.meta, item.order)
    }
  }

  over(): void {
    for (const n of [...this.#hailed.keys()]) this.#answered(n, false)
    for (const [s, { isServer }] of [...this.#sessions]) {
      if (!isServer) this.#parts.counters.interrupted++
      this.#end(s, CLOSE_CODES.RESTART, 'The owner of the document is out of reach')
    }
  }

  #enter(path: string, admission: Admission, isServer: boolean): unknown {
    const { socket, sessionId, access, user, meta } = admission
    const about = isServer ? null : this.#parts.bridge.describe(meta)
    const s = ++this.#count
    const remote: Remote = { s, socket, meta, outbox: this.#outboxOf(s, socket), isServer }
    if (this.#link.isOver) {
      socket.close(CLOSE_CODES.RESTART, 'The owner of the document is out of reach')
      return undefined
    }
    this.#sessions.set(s, remote)
    this.#bySocket.set(socket, remote)
    if (!isServer) this.#parts.counters.forwarded++
    const who = { path, sessionId, access, ...(user !== undefined && { user }) }
    this.#link.post({ kind: 'enter', s, ...who, about, ...(isServer && { isServer }) })
    return remote
  }

  #receive(frame: ArrivedFrame, socket: DocumentSocket): void {
    const remote = this.#bySocket.get(socket)
    if (!remote) return
    // Bytes are of engines with sockets of their own, which have no owners.
    if (typeof frame === 'string') this.#link.carry(remote.s, frame, false)
    else this.#link.carry(remote.s, JSON.stringify(frame), true)
  }

  #leave(socket: DocumentSocket): void {
    const remote = this.#forget(this.#bySocket.get(socket)?.s)
    if (remote) this.#link.post({ kind: 'leave', s: remote.s })
  }

  #change(access: Access, socket: DocumentSocket): void {
    const remote = this.#bySocket.get(socket)
    if (!remote) return
    const about = this.#parts.bridge.describe(remote.meta)
    this.#link.post({ kind: 'change', s: remote.s, access, about })
  }

  #end(s: number, code: number, reason: string): void {
    const remote = this.#forget(s)
    try {
      remote?.socket.close(code, reason)
    } catch {
      // It is closed already.
    }
  }

  #forget(s: number | undefined): Remote | undefined {
    const remote = s === undefined ? undefined : this.#sessions.get(s)
    if (!remote) return undefined
    this.#sessions.delete(remote.s)
    this.#bySocket.delete(remote.socket)
    if (!remote.isServer) this.#parts.counters.forwarded--
    remote.outbox.close()
    return remote
  }

  /** Waits while the socket is full: the owner hears what has been taken, and waits as well. */
  #outboxOf(s: number, socket: DocumentSocket): Outbox {
    let length = 0
    const send = (frame: string | Uint8Array): void => {
      socket.send(frame)
      length += frame.length
      if (length < TELL_AFTER) return
      this.#link.post({ kind: 'taken', s, length })
      length = 0
    }
    const lose = (): void => {
      if (!this.#sessions.has(s)) return
      this.#link.post({ kind: 'leave', s })
      this.#end(s, CLOSE_CODES.TRY_AGAIN_LATER, 'The socket does not take what is sent')
    }
    const measured: DocumentSocket = {
      send,
      close: () => undefined,
      get bufferedAmount() {
        return socket.bufferedAmount ?? 0
      },
      ...(socket.highWaterMark !== undefined && { highWaterMark: socket.highWaterMark }),
    }
    return new Outbox(measured, this.#parts.timers, { onFailure: lose, onOverflow: lose })
  }

  #answered(n: number, isHere: boolean): void {
    const hailed = this.#hailed.get(n)
    this.#hailed.delete(n)
    this.#parts.clock.clearTimeout(hailed?.timer)
    hailed?.resolve(isHere)
  }
}
