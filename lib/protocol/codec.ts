import { parseMessage } from './parse-message.js'
import type { WsMessage, WsPush, WsReply } from './records.js'
import { writeRecord } from './write-record.js'

/** What travels in one frame: a string is sent as text, bytes as a binary frame. */
export type WsFrame = string | Uint8Array

/**
 * Turns frames into messages and records into frames.
 *
 * `decode` may throw anything: the client gets `400`. `encode` must not change what it is given,
 * since a broadcast encodes once for all.
 */
export interface WsCodec {
  /** A text frame arrives as a string, a binary one as bytes that stay valid, in a buffer with others. */
  decode(frame: WsFrame): unknown
  encode(record: WsReply | WsPush): WsFrame
}

/**
 * A codec that connections choose by a sub-protocol, beside JSON. Client and server use the same.
 *
 * What `encode` writes, `decode` reads: both see whole records. `decode` may throw anything, which is
 * `400`.
 */
export interface WsSubprotocolCodec {
  /** Such as `enfilade.v1.msgpack`. Who offers it understands the `$` events. */
  readonly subprotocol: string
  decode(frame: WsFrame): unknown
  encode(record: WsMessage | WsReply | WsPush): WsFrame
}

/** The default codec: JSON in text frames. Binary frames are refused. */
export const jsonCodec: WsCodec = {
  decode(frame) {
    if (typeof frame !== 'string') throw new TypeError('binary frames are not JSON')
    return parseMessage(frame)
  },
  encode: writeRecord,
}
