import type { WsError } from '../../errors/ws-error.js'
import type { WsFrame } from '../../protocol/codec.js'
import type { WsMessageId } from '../../protocol/records.js'
import type { Encoding } from '../../rooms/encodings/encoding.js'

/** What a stream needs of the connection that it goes to. */
export interface StreamConnection {
  readonly id: string
  readonly isOpen: boolean
  readonly bufferedAmount: number
  readonly encoding: Encoding
  writeInTurn(frame: WsFrame): boolean
}

/** What a stream needs of the message that asked for it. */
export interface StreamContext {
  readonly id: WsMessageId | undefined
  readonly path: string
  readonly handler: string
  /** How many items may come at first; absent when the caller asked for none. */
  readonly streamCredit?: number
  expire(reason: WsError): void
}
