/** How replies of Enfilade start; those of others are read in full. */
const REPLY = Buffer.from('{"id":')
const DATA = Buffer.from('"data":')
const COMMA = 0x2c
const ZERO = 0x30

/** The id of a reply in JSON that is no error, without reading it; `undefined` for everything else. */
export function placeInJson(payload: Buffer): number | undefined {
  if (!startsWith(payload, REPLY, 0)) return undefined
  let place = 0
  let at = REPLY.length
  for (; payload[at] !== COMMA; at++) {
    const digit = (payload[at] ?? 0) - ZERO
    if (digit < 0 || digit > 9) return undefined
    place = place * 10 + digit
  }
  return startsWith(payload, DATA, at + 1) ? place : undefined
}

/** A map of two, of which the first is `id`. */
const REPLY_PACKED = Buffer.from([0x82, 0xa2, 0x69, 0x64])
const DATA_PACKED = Buffer.from([0xa4, 0x64, 0x61, 0x74, 0x61])
const UINT8 = 0xcc
const UINT16 = 0xcd

/** The same of a reply in MessagePack. */
export function placeInMsgpack(payload: Buffer): number | undefined {
  if (payload.length < 10 || !startsWith(payload, REPLY_PACKED, 0)) return undefined
  const at = REPLY_PACKED.length
  const first = payload.readUInt8(at)
  const digits = first < 0x80 ? 0 : first === UINT8 ? 1 : first === UINT16 ? 2 : undefined
  if (digits === undefined || !startsWith(payload, DATA_PACKED, at + 1 + digits)) return undefined
  return digits === 0 ? first : payload.readUIntBE(at + 1, digits)
}

function startsWith(payload: Buffer, start: Buffer, at: number): boolean {
  const end = at + start.length
  return end <= payload.length && payload.compare(start, 0, start.length, at, end) === 0
}
