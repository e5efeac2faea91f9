import { jsonCodec, type WsCodec } from './codec.js'
import { JsonText } from './write-record.js'

/**
 * Encodes data once that several records carry: what is returned may stand for it as their `data`.
 * Codecs of users, also when they are made of the JSON codec, get the data itself.
 *
 * @param isMixed whether others may read it than those of the JSON codec
 */
export function prepareData(codec: WsCodec, data: unknown, isMixed = false): unknown {
  if (codec !== jsonCodec || data === undefined) return data
  return isMixed ? JsonText.later(data) : (JsonText.of(data) ?? data)
}
