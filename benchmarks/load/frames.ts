/** Encodes a client's text frame. Its mask is zero, which is legal and costs the client nothing. */
export function encodeFrame(text: string): Buffer {
  const payload = Buffer.from(text)
  const { length } = payload
  const header = length < 126 ? Buffer.from([0x81, 0x80 | length]) : longHeader(length)
  return Buffer.concat([header, Buffer.alloc(4), payload])
}

function longHeader(length: number): Buffer {
  if (length > 0xffff) throw new RangeError('benchmark messages are below 64 KiB')
  return Buffer.from([0x81, 0x80 | 126, length >> 8, length & 0xff])
}

/**
 * Counts the frames of a server in a stream of bytes, and hands them out when somebody wants to
 * read them.
 */
export class FrameCounter {
  #rest: Buffer = Buffer.alloc(0)
  /** Bytes of the current frame that are still to come. */
  #skip = 0

  constructor(private readonly onFrame?: (payload: Buffer) => void) {}

  /** @returns how many frames ended in these bytes */
  push(chunk: Buffer): number {
    return this.onFrame ? this.#read(chunk, this.onFrame) : this.#count(chunk)
  }

  #read(chunk: Buffer, onFrame: (payload: Buffer) => void): number {
    let data = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk
    let count = 0
    for (;;) {
      const header = headerOf(data, 0)
      if (!header || data.length < header.size + header.length) break
      const end = header.size + header.length
      onFrame(data.subarray(header.size, end))
      data = data.subarray(end)
      count++
    }
    this.#rest = data
    return count
  }

  #count(chunk: Buffer): number {
    const data = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk
    this.#rest = Buffer.alloc(0)
    let at = 0
    let count = 0
    for (;;) {
      const step = Math.min(this.#skip, data.length - at)
      at += step
      this.#skip -= step
      if (step > 0 && this.#skip === 0) count++
      if (at >= data.length) return count
      const header = headerOf(data, at)
      if (!header) {
        this.#rest = data.subarray(at)
        return count
      }
      at += header.size
      this.#skip = header.length
      if (header.length === 0) count++
    }
  }
}

function headerOf(data: Buffer, at: number): { size: number; length: number } | undefined {
  const left = data.length - at
  if (left < 2) return undefined
  const short = (data[at + 1] as number) & 0x7f
  if (short < 126) return { size: 2, length: short }
  if (short === 126) return left < 4 ? undefined : { size: 4, length: data.readUInt16BE(at + 2) }
  return left < 10 ? undefined : { size: 10, length: Number(data.readBigUInt64BE(at + 2)) }
}
