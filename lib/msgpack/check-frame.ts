/**
 * How deep arrays and maps may be nested in one frame: more than the option `maxDepth` can allow, and
 * less than the stack of the decoder, which calls itself.
 */
const MAX_DEPTH = 512

/** What follows a byte: an item's own bytes, text, or other items. */
type Kind = 'bytes' | 'text' | 'extension' | 'array' | 'map' | 'none'

/** How to read on behind one byte of MessagePack. */
interface Token {
  readonly kind: Kind
  /** Bytes that hold the length; 0 when the token says it itself. */
  readonly digits: 0 | 1 | 2 | 4
  /** The length where there are no digits: bytes, items, or entries. */
  readonly length: number
}

const NOTHING: Token = { kind: 'bytes', digits: 0, length: 0 }

/** The name that would reach a prototype. */
const PROTO = [...new TextEncoder().encode('__proto__')]

/** Timestamps, and the sign of msgpackr for an invalid date. */
const TIMESTAMP = 0xff
const TIMESTAMP_LENGTHS: readonly number[] = [1, 4, 8, 12]
/** How several libraries write `undefined`: one byte of extension 0. */
const UNDEFINED = 0

const sized = (kind: Kind, digits: 1 | 2 | 4): Token => ({ kind, digits, length: 0 })
const fixed = (kind: Kind, length: number): Token => ({ kind, digits: 0, length })

/** From 0xc0 to 0xdf. */
const REST: readonly Token[] = [
  ...[NOTHING, fixed('none', 0), NOTHING, NOTHING],
  ...[sized('bytes', 1), sized('bytes', 2), sized('bytes', 4)],
  ...[sized('extension', 1), sized('extension', 2), sized('extension', 4)],
  // Floats, then unsigned and signed integers.
  ...[4, 8, 1, 2, 4, 8, 1, 2, 4, 8].map((length) => fixed('bytes', length)),
  ...[1, 2, 4, 8, 16].map((length) => fixed('extension', length)),
  ...[sized('text', 1), sized('text', 2), sized('text', 4)],
  ...[sized('array', 2), sized('array', 4), sized('map', 2), sized('map', 4)],
]

const TOKENS: readonly Token[] = Array.from({ length: 256 }, (_, byte) => tokenOf(byte))

/**
 * Checks that bytes are one item of MessagePack with nothing behind it, before anything is made of
 * them: a header of five bytes can claim an array of four billion items, and the decoder would make
 * room for them. It allows no more than what the codec writes: extensions but timestamps, keys named
 * `__proto__` and deeper nesting than {@link MAX_DEPTH} are refused.
 *
 * @throws TypeError
 */
export function checkFrame(bytes: Uint8Array): void {
  new Walk(bytes).frame()
}

/** Every message passes here: it goes from item to item, and makes nothing. */
class Walk {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  frame(): void {
    this.#item(0)
    if (this.#at !== this.#bytes.length) throw new TypeError('there is more than one item')
  }

  /** @param depth containers that are open */
  #item(depth: number, isKey = false): void {
    const byte = this.#digits(1)
    // Small numbers, most of all.
    if (byte < 0x80 || byte >= 0xe0) return
    const { kind, digits, length: known } = TOKENS[byte] as Token
    const length = digits === 0 ? known : this.#digits(digits)
    if (kind === 'text' || kind === 'bytes') {
      if (isKey && kind === 'text' && length === PROTO.length) this.#checkKey()
      this.#skip(length)
    } else if (kind === 'map') this.#map(length, depth)
    else if (kind === 'array') this.#array(length, depth)
    else if (kind === 'extension') this.#extension(length)
    else throw new TypeError('0xc1 is never used')
  }

  #array(items: number, depth: number): void {
    this.#open(items, depth)
    for (let left = items; left > 0; left--) this.#item(depth + 1)
  }

  #map(entries: number, depth: number): void {
    this.#open(entries * 2, depth)
    for (let left = entries; left > 0; left--) {
      this.#item(depth + 1, true)
      this.#item(depth + 1)
    }
  }

  #open(items: number, depth: number): void {
    // Each takes a byte at least.
    if (items > this.#bytes.length - this.#at) throw endsEarly()
    if (depth >= MAX_DEPTH) throw new TypeError('nested too deep')
  }

  #checkKey(): void {
    const at = this.#at
    for (let index = 0; index < PROTO.length; index++) {
      if (this.#bytes[at + index] !== PROTO[index]) return
    }
    throw new TypeError('a key is named __proto__')
  }

  #extension(length: number): void {
    const type = this.#digits(1)
    const isKnown =
      (type === TIMESTAMP && TIMESTAMP_LENGTHS.includes(length)) ||
      (type === UNDEFINED && length === 1)
    if (!isKnown) throw new TypeError(`extension ${type} is not known`)
    this.#skip(length)
  }

  #skip(length: number): void {
    if (length > this.#bytes.length - this.#at) throw endsEarly()
    this.#at += length
  }

  /** An unsigned number, the most significant byte first. */
  #digits(count: number): number {
    const start = this.#at
    this.#skip(count)
    let value = 0
    for (let at = start; at < this.#at; at++) value = value * 256 + (this.#bytes[at] as number)
    return value
  }
}

function endsEarly(): TypeError {
  return new TypeError('it ends too early')
}

/** The table of https://github.com/msgpack/msgpack/blob/master/spec.md#formats */
function tokenOf(byte: number): Token {
  if (byte < 0x80 || byte >= 0xe0) return NOTHING
  if (byte < 0x90) return { kind: 'map', digits: 0, length: byte - 0x80 }
  if (byte < 0xa0) return { kind: 'array', digits: 0, length: byte - 0x90 }
  if (byte < 0xc0) return { kind: 'text', digits: 0, length: byte - 0xa0 }
  return REST[byte - 0xc0] as Token
}
