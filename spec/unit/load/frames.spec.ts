import { describe, expect, it } from '@jest/globals'
import { encodeFrame, FrameCounter } from '../../../lib/load/frames.js'

const TEXT = 0x81
const CLOSE = 0x88
const PING = 0x89

/** A frame of a server, which is not masked. */
function frame(opcode: number, payload: string): Buffer {
  const body = Buffer.from(payload)
  const { length } = body
  const header =
    length < 126
      ? Buffer.from([opcode, length])
      : length < 0x10000
        ? Buffer.from([opcode, 126, length >> 8, length & 0xff])
        : Buffer.from([
            opcode,
            127,
            0,
            0,
            0,
            0,
            0,
            length >> 16,
            (length >> 8) & 0xff,
            length & 0xff,
          ])
  return Buffer.concat([header, body])
}

const payloads = ['', 'x', 'y'.repeat(125), 'z'.repeat(126), 'a'.repeat(0xffff), 'b'.repeat(70_000)]
const stream = Buffer.concat([
  ...payloads.map((payload) => frame(TEXT, payload)),
  frame(PING, 'still there?'),
  frame(TEXT, 'last'),
])

/** Reads chunks through one buffer, as the load generator does. */
function feed(counter: FrameCounter, size: number): number {
  const shared = Buffer.alloc(size)
  let count = 0
  for (let at = 0; at < stream.length; at += size) {
    const bytes = stream.copy(shared, 0, at, at + size)
    count += counter.push(shared.subarray(0, bytes))
    shared.fill(0xff)
  }
  return count
}

const SIZES = [1, 2, 3, 7, 64, 1000, 65_536, stream.length]

describe('FrameCounter', () => {
  it.each(SIZES)('counts messages, whole or cut into chunks of %d bytes', (size) => {
    expect(feed(new FrameCounter(), size)).toBe(payloads.length + 1)
  })

  it.each(SIZES.filter((size) => size > 7))(
    'hands messages out, whole or cut into chunks of %d bytes',
    (size) => {
      const read: string[] = []
      feed(new FrameCounter({ onMessage: (payload) => read.push(payload.toString()) }), size)
      expect(read).toEqual([...payloads, 'last'])
    },
  )

  it.each(SIZES)('tells of pings and counts them out, in chunks of %d bytes', (size) => {
    let pings = 0
    feed(new FrameCounter({ onPing: () => pings++ }), size)
    expect(pings).toBe(1)
  })

  it('tells that the server closes', () => {
    let closes = 0
    const counter = new FrameCounter({ onClose: () => closes++ })
    expect(counter.push(frame(CLOSE, '\x03\xe8'))).toBe(0)
    expect(closes).toBe(1)
  })
})

describe('encodeFrame', () => {
  it.each([0, 1, 125, 126, 1024, 0xffff])('masks %d bytes with zeros', (length) => {
    const text = 'x'.repeat(length)
    const encoded = encodeFrame(text)
    const header = length < 126 ? 2 : 4
    expect(encoded[0]).toBe(TEXT)
    expect((encoded[1] as number) & 0x80).toBe(0x80)
    expect(encoded.subarray(header, header + 4)).toEqual(Buffer.alloc(4))
    expect(encoded.subarray(header + 4).toString()).toBe(text)
  })

  it('refuses 64 KiB', () => {
    expect(() => encodeFrame('x'.repeat(0x10000))).toThrow(RangeError)
  })
})
