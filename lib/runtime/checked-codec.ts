import { isPromise } from '../async/maybe-promise.js'
import type { WsCodec, WsFrame } from '../protocol/codec.js'

/**
 * Holds a codec to its contract: what it gives is there at once, and what it encodes is a frame. A
 * codec written with `async` fails loudly, and its rejections end nothing.
 */
export function checkedCodec(codec: WsCodec, report: (error: Error) => void): WsCodec {
  return {
    decode(frame) {
      const value = codec.decode(frame)
      if (!isPromise(value)) return value
      const error = promised('decode', value)
      report(error)
      throw error
    },
    encode(record) {
      const frame: unknown = codec.encode(record)
      if (isPromise(frame)) throw promised('encode', frame)
      if (!isFrame(frame)) {
        throw new TypeError('codec.encode must return a string or a Uint8Array')
      }
      return frame
    },
  }
}

function isFrame(value: unknown): value is WsFrame {
  return typeof value === 'string' || value instanceof Uint8Array
}

function promised(method: string, promise: PromiseLike<unknown>): Error {
  promise.then(undefined, () => undefined)
  return new TypeError(`codec.${method} returned a promise; a codec is synchronous`)
}
