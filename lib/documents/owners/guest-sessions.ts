import { WsError } from '../../errors/ws-error.js'
import { CLOSE_CODES } from '../../protocol/close-codes.js'
import type { DocumentSocket } from '../document-socket.js'
import type { DocumentRoom } from '../document-room.js'
import type { DocumentTimers } from '../document-timers.js'
import { RoomConnection } from '../room-connection.js'
import type { Access } from '../room-options.js'
import type { JsonValue } from '../../protocol/documents/document-record.js'
import { CallDesk } from './call-desk.js'
import { ElsewhereError } from './elsewhere-error.js'
import type { DocumentOwnerCounters } from './owner-counters.js'
import type { LinkEnd, PeerLink } from './peer-link.js'
import type { Change, Enter, PeerItem } from './peer-messages.js'
import type { SessionBridge } from './session-bridge.js'

/** What may be on its way to another process for one session, in UTF-16 units. */
const WINDOW = 128 * 1024

/** Where guests go. */
export interface GuestPlaces {
  /** Whether this process owns a document, and will go on to. */
  isHere(path: string): boolean
  /** Opens it; rejects with an `ElsewhereError` when another process owns it. */
  open(path: string): Promise<DocumentRoom>
}

/** What guests work with. */
export interface GuestSessionsParts extends GuestPlaces {
  readonly bridge: SessionBridge
  readonly timers: DocumentTimers
  readonly counters: Pick<DocumentOwnerCounters, 'guests'>
  /** Hears of what is no answer to another process. */
  readonly onFault: (error: unknown) => void
}

interface Guest {
  readonly connection: RoomConnection
  readonly socket: GuestSocket
  readonly meta: unknown
  /** Whether it is the application of the other process. */
  readonly isServer: boolean
}

/** The sessions of another process in documents that this one owns, over the link to it. */
export class GuestSessions implements LinkEnd {
  /** The other end decides when it is. */
  readonly isIdle = false
  readonly #link: PeerLink
  readonly #parts: GuestSessionsParts
  readonly #guests = new Map<number, Guest>()

  constructor(link: PeerLink, parts: GuestSessionsParts) {
    this.#link = link
    this.#parts = parts
  }

  take(item: PeerItem, text: string): void {
    switch (item.kind) {
      case 'hail':
        this.#link.post({ kind: 'here', n: item.n, isHere: this.#parts.isHere(item.path) })
        break
      case 'enter':
        this.#enter(item)
        break
      case 'frame':
        for (const s of item.s) this.#receive(s, item.isParsed ? parsed(text) : text)
        break
      case 'change':
        this.#change(item)
        break
      case 'leave':
        this.#forget(item.s)?.connection.disconnect()
        break
      case 'taken':
        this.#guests.get(item.s)?.socket.taken(item.length)
        break
      default:
      // What only owners say.
    }
  }

  over(): void {
    for (const s of [...this.#guests.keys()]) this.#forget(s)?.connection.disconnect()
  }

  #enter({ s, path, sessionId, access, user, about, isServer = false }: Enter): void {
    const { bridge } = this.#parts
    const tell = (order: JsonValue): void => this.#link.post({ kind: 'order', s, order })
    const meta = isServer ? undefined : bridge.receive(about, tell)
    const socket = new GuestSocket(this.#link, s, () => this.#forget(s))
    const admission = {
      ...{ socket, sessionId, meta, access: access as Access },
      ...(user !== undefined && { user }),
    }
    const connection = new RoomConnection(admission, () => undefined)
    this.#guests.set(s, { connection, socket, meta, isServer })
    if (isServer) this.#letIn(path, connection)
    else {
      this.#parts.counters.guests++
      void this.#admit(path, connection)
    }
  }

  #letIn(path: string, connection: RoomConnection): void {
    const parts = this.#parts
    void connection.admitted()
    connection.enter(
      new CallDesk({
        ...{ path, timers: parts.timers, report: parts.onFault },
        isHere: () => parts.isHere(path),
        open: () => parts.open(path),
      }),
    )
  }

  async #admit(path: string, connection: RoomConnection): Promise<void> {
    try {
      if (await connection.admitted()) connection.enter(await this.#parts.open(path))
    } catch (error) {
      // Its client comes again, and finds out where the document is by then.
      const isGone = error instanceof ElsewhereError
      connection.refuse(isGone ? new WsError(503, 'The document has gone elsewhere') : error)
    }
  }

  #receive(s: number, frame: string | object | undefined): void {
    const guest = this.#guests.get(s)
    if (frame !== undefined) guest?.connection.receive(frame)
    else guest?.connection.close(CLOSE_CODES.TRY_AGAIN_LATER, 'A frame was damaged on its way')
  }

  #change({ s, access, about }: Change): void {
    const guest = this.#guests.get(s)
    if (!guest || guest.isServer) return
    this.#parts.bridge.update(guest.meta, about)
    guest.connection.setAccess(access as Access)
  }

  #forget(s: number): Guest | undefined {
    const guest = this.#guests.get(s)
    if (!guest) return undefined
    this.#guests.delete(s)
    guest.socket.isOver = true
    if (!guest.isServer) {
      this.#parts.counters.guests--
      this.#parts.bridge.update(guest.meta, undefined)
    }
    return guest
  }
}

/** The socket of a session of another process. */
class GuestSocket implements DocumentSocket {
  readonly highWaterMark = WINDOW
  isOver = false
  #onItsWay = 0

  constructor(
    private readonly link: PeerLink,
    private readonly s: number,
    private readonly onClose: () => void,
  ) {}

  /** What the other process has not said to be taken. */
  get bufferedAmount(): number {
    return this.#onItsWay
  }

  taken(length: number): void {
    this.#onItsWay = Math.max(0, this.#onItsWay - length)
  }

  send(frame: string | Uint8Array): void {
    if (this.isOver) return
    this.#onItsWay += frame.length
    this.link.carry(this.s, String(frame), false)
  }

  close(code: number = CLOSE_CODES.RESTART, reason = ''): void {
    if (this.isOver) return
    this.link.post({ kind: 'close', s: this.s, code, reason })
    this.onClose()
  }
}

/** @returns `undefined` for what is no JSON: no process of ours sends it */
function parsed(text: string): object | undefined {
  try {
    const frame: unknown = JSON.parse(text)
    return typeof frame === 'object' && frame !== null ? frame : undefined
  } catch {
    return undefined
  }
}
