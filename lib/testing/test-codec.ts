import type { WsFrame } from '../protocol/codec.js'
import type { WsMessage } from '../protocol/records.js'

/** How a client writes messages and reads what it is sent. */
export interface TestCodec {
  /** The sub-protocol to offer, where one chooses it. */
  readonly subprotocol?: string
  decode(frame: WsFrame): unknown
  encode(message: WsMessage): WsFrame
}

/** JSON in text frames. */
export const testJson: TestCodec = {
  decode: (frame) => JSON.parse(frame as string) as unknown,
  encode: (message) => JSON.stringify(message),
}
