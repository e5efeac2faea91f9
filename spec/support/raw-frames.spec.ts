import { describe, expect, it } from '@jest/globals'
import { closePayload, encodeFrame, FrameDecoder, opcodes, readClose } from './raw-frames.js'

const decode = (bytes: Buffer) => new FrameDecoder().push(bytes)

describe('encodeFrame', () => {
  it.each([0, 1, 125, 126, 65_535, 65_536, 70_000])('round-trips a payload of %i bytes', (size) => {
    const payload = Buffer.alloc(size, 'é')
    expect(decode(encodeFrame({ opcode: opcodes.binary, payload }))).toEqual([
      { opcode: 2, fin: true, rsv: 0, masked: true, payload },
    ])
  })

  it('writes the header bytes of RFC 6455', () => {
    expect(encodeFrame({ payload: 'Hello', masked: false }).toString('hex')).toBe('810548656c6c6f')
    const [first, second] = encodeFrame({ opcode: 9, fin: false, rsv: 5, payload: 'x' })
    expect([first, second]).toEqual([0x59, 0x81])
  })

  it('claims any length, in a field of any size', () => {
    const lying = encodeFrame({ payload: 'x', masked: false, lengthOverride: 2 ** 40 })
    expect(lying.toString('hex')).toBe('817f000001000000000078')
    const wasteful = encodeFrame({ payload: 'x', masked: false, lengthBytes: 8 })
    expect(wasteful.toString('hex')).toBe('817f000000000000000178')
  })
})

describe('FrameDecoder', () => {
  it('reads frames cut anywhere', () => {
    const bytes = Buffer.concat([
      encodeFrame({ payload: 'a', fin: false }),
      encodeFrame({ payload: 'b'.repeat(200), opcode: 0, masked: false }),
      encodeFrame({ payload: '', opcode: 9 }),
    ])
    const decoder = new FrameDecoder()
    const frames = [...bytes].flatMap((byte) => decoder.push(Buffer.of(byte)))
    expect(frames).toEqual(decode(bytes))
    expect(frames.map(({ fin, opcode }) => [fin, opcode])).toEqual([
      [false, 1],
      [true, 0],
      [true, 9],
    ])
    expect(decoder.pendingBytes).toBe(0)
  })
})

describe('readClose', () => {
  it('reads code and reason, and 1005 where there is no code', () => {
    expect(readClose(closePayload(4401, 'who?'))).toEqual({ code: 4401, reason: 'who?' })
    expect(readClose(Buffer.alloc(0))).toEqual({ code: 1005, reason: '' })
  })
})
