import { crc32 } from 'node:zlib'
import type { StorageCut } from './document-storage.js'

/** The first bytes of a log. */
export const LOG_HEADER = Buffer.from('ENFLOG1\n')

/** Length of the payload, its checksum, and the checksum of these two; each four bytes. */
const HEAD = 12

/** What is left of a log after it has been read. */
export interface ReadLog {
  readonly changes: readonly Uint8Array[]
  /** Where the next frame goes. */
  readonly end: number
  readonly cut?: StorageCut
  /** A frame is broken, and whole ones follow: no crash does that. */
  readonly isBrokenInside: boolean
}

/** One append as bytes: what was written together is there as a whole, or not at all. */
export function encodeFrame(changes: readonly Uint8Array[]): Buffer {
  const payload = Buffer.concat(changes.flatMap((change) => [uint32(change.length), change]))
  return Buffer.concat([headOf(payload), payload])
}

/** A payload with its length and checksums in front. */
export function seal(payload: Uint8Array): Buffer {
  return Buffer.concat([headOf(payload), payload])
}

/** The payload of what {@link seal} made; `undefined` when it is not whole. */
export function unseal(bytes: Buffer): Uint8Array | undefined {
  const payload = payloadAt(bytes, 0)
  return payload && HEAD + payload.length === bytes.length ? payload : undefined
}

/** Reads the frames of a log, header included, up to the first that is broken. */
export function readLog(log: Buffer): ReadLog {
  if (log.length < LOG_HEADER.length || !log.subarray(0, LOG_HEADER.length).equals(LOG_HEADER)) {
    const isTorn = LOG_HEADER.subarray(0, log.length).equals(log.subarray(0, LOG_HEADER.length))
    const isZero = log.subarray(0, LOG_HEADER.length).every((byte) => byte === 0)
    const cut = cutAt(log, 0, 'the start of the log is not whole')
    return { changes: [], end: 0, ...cut, isBrokenInside: !isTorn && !isZero }
  }
  const changes: Uint8Array[] = []
  let at = LOG_HEADER.length
  while (at < log.length) {
    const payload = payloadAt(log, at)
    const items = payload && itemsOf(payload)
    if (!items) {
      const next = lengthAt(log, at)
      const isBrokenInside = next !== undefined && payloadAt(log, at + HEAD + next) !== undefined
      return { changes, end: at, ...cutAt(log, at, 'the end of the log is torn'), isBrokenInside }
    }
    for (const item of items) changes.push(item)
    at += HEAD + payload.length
  }
  return { changes, end: at, isBrokenInside: false }
}

function cutAt(log: Buffer, at: number, reason: string): { cut?: StorageCut } {
  return log.length > at ? { cut: { bytes: log.length - at, reason } } : {}
}

function headOf(payload: Uint8Array): Buffer {
  const head = Buffer.concat([uint32(payload.length), uint32(crc32(payload))])
  return Buffer.concat([head, uint32(crc32(head))])
}

/** The length in the head of a frame, when the head is whole. */
function lengthAt(log: Buffer, at: number): number | undefined {
  if (at + HEAD > log.length) return undefined
  const isWhole = crc32(log.subarray(at, at + 8)) === log.readUInt32LE(at + 8)
  return isWhole ? log.readUInt32LE(at) : undefined
}

function payloadAt(log: Buffer, at: number): Buffer | undefined {
  const length = lengthAt(log, at)
  if (length === undefined || at + HEAD + length > log.length) return undefined
  const payload = log.subarray(at + HEAD, at + HEAD + length)
  return crc32(payload) === log.readUInt32LE(at + 4) ? payload : undefined
}

function itemsOf(payload: Buffer): Buffer[] | undefined {
  const items: Buffer[] = []
  for (let at = 0; at < payload.length;) {
    if (at + 4 > payload.length) return undefined
    const end = at + 4 + payload.readUInt32LE(at)
    if (end > payload.length) return undefined
    items.push(payload.subarray(at + 4, end))
    at = end
  }
  return items
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
