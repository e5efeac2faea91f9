import type { WsFrame } from '../protocol/codec.js'

/** By what a connection may be continued. */
export interface Resumption {
  /** A secret between its client and the server. */
  readonly token: string
  /** Counts the attempts to continue it: of several the last one wins. */
  attempt: number
  /** How often another process, or this one, has claimed it. */
  turn: number
  /** Takes what still waits to be handled, once another connection goes on with its socket. */
  successor: ((frame: WsFrame) => void) | undefined
}
