import { byteLength } from '../protocol/byte-length.js'
import type { WsFrame } from '../protocol/codec.js'

/** Frames that arrived before the connect handlers finished: kept in order, within bounds. */
export class PendingFrames {
  readonly #frames: WsFrame[] = []
  #bytes = 0

  constructor(
    private readonly maxFrames: number,
    private readonly maxBytes: number,
  ) {}

  /** @returns whether there was room */
  add(frame: WsFrame): boolean {
    this.#bytes += typeof frame === 'string' ? byteLength(frame) : frame.length
    if (this.#frames.length >= this.maxFrames || this.#bytes > this.maxBytes) return false
    this.#frames.push(frame)
    return true
  }

  /** The oldest frame, taken out. */
  shift(): WsFrame | undefined {
    return this.#frames.shift()
  }
}
