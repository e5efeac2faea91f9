import { showValue } from '../../errors/show-value.js'
import { isSendableCloseCode, NORMAL_CLOSE, truncateReason } from '../../protocol/close-codes.js'
import { isJsonObject, type JsonValue } from '../../protocol/documents/document-record.js'
import type { WsParams } from '../../protocol/records.js'
import { WsConnection } from '../../runtime/ws-connection.js'
import type { SessionBridge } from '../owners/session-bridge.js'

/** What the owner of a document knows of a connection elsewhere. */
interface About {
  readonly id: string
  readonly session?: unknown
  readonly userId?: string
  readonly remoteAddress: string
  readonly subprotocol: string
  readonly traceparent?: string
}

/** What the owner wants of a connection elsewhere. */
type ConnectionOrder =
  | {
      readonly do: 'send'
      readonly event: string
      readonly path: string
      readonly data?: unknown
      readonly params?: WsParams
    }
  | { readonly do: 'close'; readonly code: number; readonly reason: string }

const NO_ROOMS: ReadonlySet<string> = new Set()

/** The connection of another process, as rules and hooks of a document see it at the owner. */
class RelayedConnection extends WsConnection {
  /** What rooms it is in, its process knows. */
  readonly rooms = NO_ROOMS
  readonly bufferedAmount = 0
  readonly dropped = 0
  readonly closeCode = undefined
  readonly closeReason = ''
  #about: About
  #isOpen = true
  readonly #order: (order: JsonValue) => void

  constructor(about: About, order: (order: JsonValue) => void) {
    super()
    this.#about = about
    this.#order = order
  }

  get id(): string {
    return this.#about.id
  }

  /** As JSON knows it. */
  get session(): unknown {
    return this.#about.session
  }

  get userId(): string | undefined {
    return this.#about.userId
  }

  get remoteAddress(): string {
    return this.#about.remoteAddress
  }

  get subprotocol(): string {
    return this.#about.subprotocol
  }

  get traceparent(): string | undefined {
    return this.#about.traceparent
  }

  /** Whether its session in the document goes on. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  send(event: string, path: string, data?: unknown, params?: WsParams): boolean {
    return this.#tell({ do: 'send', event, path, data, ...(params && { params }) })
  }

  /** Messages are answered where they arrive. */
  reply(): boolean {
    return false
  }

  replyError(): boolean {
    return false
  }

  close(code: number = NORMAL_CLOSE, reason = ''): void {
    if (!isSendableCloseCode(code))
      throw new RangeError(`close: ${showValue(code)} is no close code`)
    this.#tell({ do: 'close', code, reason: truncateReason(reason) })
  }

  /** @param about `undefined` when its session is over */
  update(about: About | undefined): void {
    if (about) this.#about = about
    else this.#isOpen = false
  }

  #tell(order: ConnectionOrder): boolean {
    if (this.#isOpen) this.#order(toJson(order))
    return this.#isOpen
  }
}

/** Connections, told to the owner of a document and back. */
export const connectionBridge: SessionBridge = {
  describe: (meta) => {
    const { id, session, userId, remoteAddress, subprotocol, traceparent } = meta as WsConnection
    return toJson({
      ...{ id, session, remoteAddress, subprotocol },
      ...(userId !== undefined && { userId }),
      ...(traceparent !== undefined && { traceparent }),
    } satisfies About)
  },
  receive: (about, order) => new RelayedConnection(about as unknown as About, order),
  update: (meta, about) =>
    (meta as RelayedConnection).update(about as unknown as About | undefined),
  obey: (meta, order) => {
    if (!isJsonObject(order)) return
    const connection = meta as WsConnection
    const told = order as unknown as ConnectionOrder
    if (told.do === 'send') connection.send(told.event, told.path, told.data, told.params)
    else connection.close(told.code, told.reason)
  },
}

/** @throws TypeError for what JSON cannot carry */
function toJson(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value)) as JsonValue
}
