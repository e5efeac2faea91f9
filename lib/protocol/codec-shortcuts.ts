import { jsonCodec, type WsCodec } from './codec.js'
import { JsonText } from './write-record.js'

/**
 * Encodes data once that several records carry: what is returned may stand for it as their `data`.
 * Codecs of users, also when they are made of the JSON codec, get the data itself.
 */
export function prepareData(codec: WsCodec, data: unknown): unknown {
  return codec === jsonCodec ? (JsonText.of(data) ?? data) : data
}
