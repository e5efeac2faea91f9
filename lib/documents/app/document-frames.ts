import { jsonCodec, type WsFrame } from '../../protocol/codec.js'
import { DOCUMENT_EVENT } from '../../protocol/reserved-events.js'
import type { WsCodec } from '../../protocol/codec.js'

/** Frames longer than this are for one session, or few: they are not kept. */
const LONGEST_KEPT = 16 * 1024

/**
 * Puts the frames of one document into pushes. What goes to many is written once: the last one is kept.
 */
export class DocumentFrames {
  readonly #path: string
  readonly #prefix: string
  #codec: WsCodec | undefined
  #text = ''
  #frame: WsFrame = ''

  constructor(path: string) {
    this.#path = path
    this.#prefix = `{"event":"${DOCUMENT_EVENT}","path":${JSON.stringify(path)},"data":`
  }

  /** @param text a frame, as JSON */
  encode(text: string, codec: WsCodec): WsFrame {
    if (codec === this.#codec && text === this.#text) return this.#frame
    const frame =
      codec === jsonCodec
        ? `${this.#prefix}${text}}`
        : codec.encode({ event: DOCUMENT_EVENT, path: this.#path, data: JSON.parse(text) })
    if (text.length <= LONGEST_KEPT) {
      this.#codec = codec
      this.#text = text
      this.#frame = frame
    }
    return frame
  }
}
