import type { WsPush, WsReply } from './records.js'

/** What travels in one frame: a string is sent as text, bytes as a binary frame. */
export type WsFrame = string | Uint8Array

/**
 * Turns frames into messages and records into frames.
 *
 * `decode` may throw anything: the client gets `400`. `encode` must not change what it is given,
 * since a broadcast encodes once for all.
 */
export interface WsCodec {
  /** A text frame arrives as a string, a binary one as bytes that stay valid. */
  decode(frame: WsFrame): unknown
  encode(record: WsReply | WsPush): WsFrame
}

/** The default codec: JSON in text frames. Binary frames are refused. */
export const jsonCodec: WsCodec = {
  decode(frame) {
    if (typeof frame !== 'string') throw new TypeError('binary frames are not JSON')
    return JSON.parse(frame) as unknown
  },
  encode(record) {
    if ('event' in record || 'error' in record) return JSON.stringify(record)
    // What JSON leaves out would leave the reply without `data`.
    const data = JSON.stringify(record.data) as string | undefined
    return `{"id":${JSON.stringify(record.id)},"data":${data ?? 'null'}}`
  },
}
