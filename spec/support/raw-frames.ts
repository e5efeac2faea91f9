import { randomBytes } from 'node:crypto'

/** Frame opcodes of RFC 6455; 3–7 and 11–15 are reserved. */
export const opcodes = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const

/** A frame to send, right or wrong. Everything left out takes the value of a correct text frame. */
export interface FrameParts {
  /** 0–15, text by default. */
  opcode?: number
  payload?: string | Uint8Array
  /** Last frame of its message; true by default. */
  fin?: boolean
  /** Masked as a client has to; true by default. */
  masked?: boolean
  /** The four bytes to mask with; random by default. */
  mask?: Uint8Array
  /** The three reserved bits as a number 0–7; 4 is RSV1 ("compressed"). */
  rsv?: number
  /** The length the header claims, whatever the payload has. */
  lengthOverride?: number
  /** Bytes of the length field (1, 2 or 8), also where a shorter one has to be used. */
  lengthBytes?: 1 | 2 | 8
}

/** A frame as it arrived. */
export interface Frame {
  opcode: number
  fin: boolean
  rsv: number
  masked: boolean
  payload: Buffer
}

/** Encodes one frame exactly as told, without judging it. */
export function encodeFrame(parts: FrameParts = {}): Buffer {
  const { opcode = opcodes.text, fin = true, masked = true, rsv = 0 } = parts
  const payload = toBuffer(parts.payload ?? '')
  const header = encodeLength(parts.lengthOverride ?? payload.length, parts.lengthBytes)
  header[0] = (fin ? 0x80 : 0) | ((rsv & 7) << 4) | (opcode & 15)
  if (!masked) return Buffer.concat([header, payload])
  header[1] = (header[1] ?? 0) | 0x80
  const mask = parts.mask ?? randomBytes(4)
  return Buffer.concat([header, mask, applyMask(Buffer.from(payload), mask)])
}

/** The payload of a close frame: a code (any 16 bits) and a reason, unlimited in length. */
export function closePayload(code: number, reason: string | Uint8Array = ''): Buffer {
  const head = Buffer.alloc(2)
  head.writeUInt16BE(code & 0xffff)
  return Buffer.concat([head, toBuffer(reason)])
}

/** What a received close frame says; a frame without a code is 1005. */
export function readClose(payload: Buffer): { code: number; reason: string } {
  if (payload.length < 2) return { code: 1005, reason: '' }
  return { code: payload.readUInt16BE(0), reason: payload.toString('utf8', 2) }
}

/** Cuts a byte stream into frames; chunks may end anywhere. */
export class FrameDecoder {
  #pending: Buffer = Buffer.alloc(0)

  /** Adds bytes and returns the frames that are complete by now. */
  push(chunk: Buffer): Frame[] {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    const frames: Frame[] = []
    let offset = 0
    for (;;) {
      const read = readFrame(this.#pending, offset)
      if (!read) break
      frames.push(read.frame)
      offset = read.end
    }
    this.#pending = this.#pending.subarray(offset)
    return frames
  }

  /** Bytes of a frame that is not complete yet. */
  get pendingBytes(): number {
    return this.#pending.length
  }
}

function readFrame(bytes: Buffer, start: number): { frame: Frame; end: number } | undefined {
  if (bytes.length < start + 2) return undefined
  const first = bytes[start]!
  const second = bytes[start + 1]!
  const short = second & 0x7f
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0
  const masked = (second & 0x80) !== 0
  const headEnd = start + 2 + lengthBytes + (masked ? 4 : 0)
  if (bytes.length < headEnd) return undefined
  const length =
    lengthBytes === 8
      ? Number(bytes.readBigUInt64BE(start + 2))
      : lengthBytes === 2
        ? bytes.readUInt16BE(start + 2)
        : short
  const end = headEnd + length
  if (bytes.length < end) return undefined
  const body = bytes.subarray(headEnd, end)
  const payload = masked ? applyMask(Buffer.from(body), bytes.subarray(headEnd - 4, headEnd)) : body
  const flags = { fin: (first & 0x80) !== 0, rsv: (first >> 4) & 7, opcode: first & 15 }
  return { frame: { ...flags, masked, payload }, end }
}

function encodeLength(length: number, lengthBytes = length < 126 ? 1 : length < 65536 ? 2 : 8) {
  const header = Buffer.alloc(lengthBytes === 1 ? 2 : 2 + lengthBytes)
  if (lengthBytes === 8) {
    header[1] = 127
    header.writeBigUInt64BE(BigInt.asUintN(64, BigInt(length)), 2)
  } else if (lengthBytes === 2) {
    header[1] = 126
    header.writeUInt16BE(length & 0xffff, 2)
  } else {
    header[1] = length & 0x7f
  }
  return header
}

function applyMask(bytes: Buffer, mask: Uint8Array): Buffer {
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = bytes[index]! ^ mask[index & 3]!
  }
  return bytes
}

function toBuffer(value: string | Uint8Array): Buffer {
  return typeof value === 'string' ? Buffer.from(value) : Buffer.from(value)
}
