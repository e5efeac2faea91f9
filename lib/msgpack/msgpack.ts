import { Packr } from 'msgpackr/pack'
import type { WsSubprotocolCodec } from '../protocol/codec.js'
import { ENFILADE_V1_MSGPACK } from '../protocol/subprotocol.js'
import { checkFrame } from './check-frame.js'
import { checkValues } from './check-values.js'

/** The part of msgpackr that is used: its typings of this entry, without native code, lead nowhere. */
interface Packer {
  pack(value: unknown): Uint8Array
  unpack(bytes: Uint8Array, range?: { end: number }): unknown
}

/** Nothing but what the specification knows, so that every library of any language reads it. */
const OPTIONS = {
  useRecords: false,
  mapsAsObjects: true,
  variableMapSize: true,
  int64AsType: 'bigint',
  // Bytes of a message would keep the whole of it in memory.
  copyBuffers: true,
  // As JSON does: left out of objects, null elsewhere.
  skipValues: [undefined],
  encodeUndefinedAsNil: true,
}

/** Frames up to this size are read out of one place: making a view for each takes as long as copying it. */
const SCRATCH = 8 * 1_024

/**
 * MessagePack, for the option `codecs` of an app and the option `codec` of a client. Connections choose
 * it by the sub-protocol `enfilade.v1.msgpack`. Beside what JSON has it carries bytes, dates and integers
 * of 64 bits; see docs/msgpack.md for every type.
 *
 * @example
 * ```ts
 * createWsApp({ controllers: [ChatController], codecs: [msgpack()] })
 * ```
 */
export function msgpack(): WsSubprotocolCodec {
  const packr = new (Packr as unknown as new (options: object) => Packer)(OPTIONS)
  const scratch = new Uint8Array(SCRATCH)
  const range = { end: 0 }
  const decode = (frame: string | Uint8Array): unknown => {
    if (typeof frame === 'string') throw new TypeError('text is not MessagePack')
    checkFrame(frame)
    if (frame.length <= SCRATCH) {
      scratch.set(frame)
      range.end = frame.length
      return packr.unpack(scratch, range)
    }
    // A view of its own: msgpackr writes on it, and of a `Buffer` it would make buffers.
    return packr.unpack(new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength))
  }
  return {
    subprotocol: ENFILADE_V1_MSGPACK,
    encode: (record) => {
      checkValues(record)
      return packr.pack(record)
    },
    decode,
  }
}
