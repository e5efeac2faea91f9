import type { WsFrame } from '../../protocol/codec.js'
import type { Encoding } from './encoding.js'

/** A push on its way to many: one frame, or one for each encoding that they read. */
export type PushFrame = WsFrame | MixedFrame

/** One push in several encodings. */
export class MixedFrame {
  readonly frames: ReadonlyMap<Encoding, WsFrame>
  /** The length of all together. */
  readonly length: number

  constructor(frames: ReadonlyMap<Encoding, WsFrame>) {
    this.frames = frames
    let sum = 0
    for (const { length } of frames.values()) sum += length
    this.length = sum
  }
}

/** What a reader of an encoding gets; `undefined` when nobody read it as the push was made. */
export function frameFor(frame: PushFrame, encoding: Encoding): WsFrame | undefined {
  return frame instanceof MixedFrame ? frame.frames.get(encoding) : frame
}
