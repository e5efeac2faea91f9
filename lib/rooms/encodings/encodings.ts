import {
  jsonCodec,
  type WsCodec,
  type WsFrame,
  type WsSubprotocolCodec,
} from '../../protocol/codec.js'
import { prepareData } from '../../protocol/codec-shortcuts.js'
import type { WsPush, WsReply } from '../../protocol/records.js'
import { ENFILADE_V1 } from '../../protocol/subprotocol.js'
import { JsonText } from '../../protocol/write-record.js'
import { isJson } from '../../protocol/is-json.js'
import { asPush, type ReceivedPush } from '../envelope.js'
import type { EncodingTally } from './encoding-tally.js'
import { Encoding } from './encoding.js'
import { MixedFrame, type PushFrame } from './push-frame.js'

/** All encodings of an app: that of everybody, and those that a sub-protocol chooses. */
export class Encodings {
  /** The one of whoever chose no other. */
  readonly main: Encoding
  readonly others: readonly Encoding[]
  /** The sub-protocols that clients may choose. */
  readonly subprotocols: readonly string[]
  readonly #bySubprotocol: ReadonlyMap<string, Encoding>

  /** @param check holds the codecs to their contract */
  constructor(
    codec: WsCodec,
    others: readonly WsSubprotocolCodec[] = [],
    check: (codec: WsCodec) => WsCodec = (given) => given,
  ) {
    this.main = new Encoding(codec, '', 0)
    this.others = others.map(
      (other, index) => new Encoding(check(unpacking(other)), other.subprotocol, index + 1),
    )
    this.#bySubprotocol = new Map(this.others.map((other) => [other.subprotocol, other]))
    this.subprotocols = [ENFILADE_V1, ...others.map(({ subprotocol }) => subprotocol)]
  }

  /** The encoding of whoever chose a sub-protocol. */
  of(subprotocol: string): Encoding {
    if (this.others.length === 0) return this.main
    return this.#bySubprotocol.get(subprotocol) ?? this.main
  }

  /** Encodes data once for all the records that carry it. */
  prepare(data: unknown): unknown {
    return prepareData(this.main.codec, data, this.others.length > 0)
  }

  /**
   * Encodes a push once for each encoding that somebody reads.
   *
   * @param tally of those who read another than the main one; `undefined` for nobody
   * @param readers how many there are in all
   * @param text the push as the main codec has written it, where it has
   * @throws what a codec throws for data it cannot encode
   */
  encode(
    push: WsPush,
    tally: EncodingTally | undefined,
    readers: number,
    text?: WsFrame,
  ): PushFrame {
    if (tally === undefined || tally.size === 0) return text ?? this.main.codec.encode(push)
    const frames = new Map<Encoding, WsFrame>()
    if (readers > tally.size) frames.set(this.main, text ?? this.main.codec.encode(push))
    for (const encoding of tally.encodings) frames.set(encoding, encoding.codec.encode(push))
    return new MixedFrame(frames)
  }

  /** Encodes what another process pushed; its text is handed on where that is what everybody reads. */
  readOn(received: ReceivedPush, tally: EncodingTally | undefined, readers: number): PushFrame {
    const text = this.main.codec === jsonCodec ? received.frame : undefined
    if (text !== undefined && (tally === undefined || tally.size === 0)) return text
    return this.encode(this.read(received), tally, readers, text)
  }

  /**
   * Reads what another process pushed, with all that JSON does not carry.
   *
   * @throws Error when it is no push
   */
  read(received: ReceivedPush): WsPush {
    for (const { subprotocol, codec } of this.others) {
      const frame = received.frameIn(subprotocol)
      if (frame) return asPush(codec.decode(frame))
    }
    return received.read()
  }

  /**
   * A push for other processes, in base64 by sub-protocol; `undefined` where JSON carries all of it.
   *
   * @throws what a codec throws for data it cannot encode
   */
  beyondJson(push: WsPush): Record<string, string> | undefined {
    if (this.others.length === 0 || isJson(plain(push).data)) return undefined
    return Object.fromEntries(
      this.others.map(({ subprotocol, codec }) => {
        const frame = codec.encode(push)
        return [subprotocol, Buffer.from(frame as Uint8Array).toString('base64')]
      }),
    )
  }

  /**
   * Encodes a push in every encoding, for whoever may come back to read it.
   *
   * @throws what a codec throws for data it cannot encode
   */
  encodeAll(push: WsPush): PushFrame {
    if (this.others.length === 0) return this.main.codec.encode(push)
    const all = [this.main, ...this.others]
    return new MixedFrame(
      new Map(all.map((encoding) => [encoding, own(encoding.codec.encode(push))])),
    )
  }
}

/** Codecs cut their frames out of larger buffers, which would stay in memory with what is kept. */
function own(frame: WsFrame): WsFrame {
  return typeof frame === 'string' ? frame : new Uint8Array(frame)
}

/** Data that was prepared for JSON is for other codecs what it was before. */
function unpacking(codec: WsSubprotocolCodec): WsCodec {
  return {
    decode: (frame) => codec.decode(frame),
    encode: (record) => codec.encode(plain(record)),
  }
}

function plain<R extends WsReply | WsPush>(record: R): R {
  if (!('data' in record) || !(record.data instanceof JsonText)) return record
  const data = record.data.toJSON()
  // Put together by hand: copying all that a record has takes longer than writing it.
  if (!('event' in record)) return { id: record.id, data } as R
  const { event, path, params, seq } = record
  return (
    seq === undefined ? { event, path, params, data } : { event, path, params, data, seq }
  ) as R
}
