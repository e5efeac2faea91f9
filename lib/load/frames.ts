/** Encodes a client's frame. Its mask is zero, which is legal and costs the client nothing. */
export function encodeFrame(content: string | Uint8Array): Buffer {
  const isText = typeof content === 'string'
  const payload = isText ? Buffer.from(content) : content
  const { length } = payload
  const header = length < 126 ? Buffer.from([0, 0x80 | length]) : longHeader(length)
  header[0] = isText ? TEXT : BINARY
  return Buffer.concat([header, Buffer.alloc(4), payload])
}

/** The first byte of a frame that is whole. */
const TEXT = 0x81
const BINARY = 0x82

/** An empty pong, from a client. */
export const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0])

function longHeader(length: number): Buffer {
  if (length > 0xffff) throw new RangeError('messages of a load are below 64 KiB')
  return Buffer.from([0, 0x80 | 126, length >> 8, length & 0xff])
}

/** What may be told of a frame besides that it ended. */
export interface FrameEvents {
  /** A message, in full. Without it, messages are counted and never copied. */
  readonly onMessage?: (payload: Buffer) => void
  readonly onPing?: () => void
  /** With the payload, where messages are read. */
  readonly onClose?: (payload?: Buffer) => void
}

const CLOSE = 8
const PING = 9

/** Counts the messages of a server in a stream of bytes; control frames are none. */
export class FrameCounter {
  /** The start of a header (or, when messages are read, of a message) that is cut. */
  #rest: Buffer = Buffer.alloc(0)
  /** Bytes of the current payload that are still to come. */
  #skip = 0
  #opcode = 0
  /** Where the payload starts that {@link #header} found. */
  #start = 0
  #length = 0

  constructor(private readonly events: FrameEvents = {}) {}

  /** @returns how many messages ended in these bytes, which are not kept */
  push(chunk: Buffer): number {
    const data = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk
    const read = this.events.onMessage
    let at = Math.min(this.#skip, data.length)
    let count = 0
    if (this.#skip > 0) {
      this.#skip -= at
      if (this.#skip > 0) return this.#keep(data, at, 0)
      count += this.#ended()
    }
    while (at < data.length) {
      if (!this.#header(data, at)) break
      const end = this.#start + this.#length
      if (end > data.length) {
        if (read) break
        this.#skip = end - data.length
        return this.#keep(data, data.length, count)
      }
      if (read && this.#opcode < CLOSE) read(data.subarray(this.#start, end))
      count += this.#ended(read && data.subarray(this.#start, end))
      at = end
    }
    return this.#keep(data, at, count)
  }

  /** The bytes from `at` are kept in a copy: the chunk's buffer is used again. */
  #keep(data: Buffer, at: number, count: number): number {
    if (at < data.length) this.#rest = Buffer.from(data.subarray(at))
    else if (this.#rest.length > 0) this.#rest = Buffer.alloc(0)
    return count
  }

  #ended(payload?: Buffer): number {
    if (this.#opcode < CLOSE) return 1
    if (this.#opcode === PING) this.events.onPing?.()
    if (this.#opcode === CLOSE) this.events.onClose?.(payload)
    return 0
  }

  #header(data: Buffer, at: number): boolean {
    const left = data.length - at
    if (left < 2) return false
    const short = (data[at + 1] as number) & 0x7f
    const size = short < 126 ? 2 : short === 126 ? 4 : 10
    if (left < size) return false
    this.#opcode = (data[at] as number) & 0x0f
    this.#start = at + size
    this.#length =
      size === 2
        ? short
        : size === 4
          ? data.readUInt16BE(at + 2)
          : Number(data.readBigUInt64BE(at + 2))
    return true
  }
}
