import type { WsCodec } from '../../protocol/codec.js'

/** How some connections are talked to: their codec, and the topics that carry its frames. */
export class Encoding {
  readonly codec: WsCodec
  /** What chooses it; empty for the one of everybody else. */
  readonly subprotocol: string
  readonly #prefix: string

  /** @param index 0 for the one of everybody else */
  constructor(codec: WsCodec, subprotocol: string, index: number) {
    this.codec = codec
    this.subprotocol = subprotocol
    // Room names do not start with `$`.
    this.#prefix = index === 0 ? '' : `$${index}`
  }

  /** Whether it is the one of everybody else. */
  get isMain(): boolean {
    return this.#prefix === ''
  }

  /** The topic of those members of a room who read it. */
  topicOf(room: string): string {
    return this.#prefix === '' ? room : this.#prefix + room
  }
}
