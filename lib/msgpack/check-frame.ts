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
  const walk = new Walk(bytes)
  while (walk.step());
}

class Walk {
  readonly #bytes: Uint8Array
  #at = 0
  /** Items still to come, in each container that is open; the frame itself is the outermost. */
  readonly #left = [1]
  readonly #isMap = [false]

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Reads one item, or closes a container. @returns whether there is more to do */
  step(): boolean {
    const depth = this.#left.length - 1
    const left = this.#left[depth] as number
    if (left === 0) return this.#close()
    this.#left[depth] = left - 1
    const isKey = this.#isMap[depth] === true && left % 2 === 0
    this.#read(TOKENS[this.#digits(1)] as Token, isKey)
    return true
  }

  #close(): boolean {
    this.#left.pop()
    this.#isMap.pop()
    if (this.#left.length > 0) return true
    if (this.#at !== this.#bytes.length) throw new TypeError('there is more than one item')
    return false
  }

  #read({ kind, digits, length: known }: Token, isKey: boolean): void {
    if (kind === 'none') throw new TypeError('0xc1 is never used')
    const length = digits === 0 ? known : this.#digits(digits)
    if (kind === 'array') this.#open(length, false)
    else if (kind === 'map') this.#open(length * 2, true)
    else if (kind === 'extension') this.#extension(length)
    else {
      if (isKey && kind === 'text') this.#checkKey(length)
      this.#skip(length)
    }
  }

  #open(items: number, isMap: boolean): void {
    // Each takes a byte at least.
    if (items > this.#bytes.length - this.#at) throw endsEarly()
    if (this.#left.length > MAX_DEPTH) throw new TypeError('nested too deep')
    this.#left.push(items)
    this.#isMap.push(isMap)
  }

  #extension(length: number): void {
    const type = this.#digits(1)
    const isKnown =
      (type === TIMESTAMP && TIMESTAMP_LENGTHS.includes(length)) ||
      (type === UNDEFINED && length === 1)
    if (!isKnown) throw new TypeError(`extension ${type} is not known`)
    this.#skip(length)
  }

  #checkKey(length: number): void {
    if (length !== PROTO.length) return
    const at = this.#at
    if (PROTO.every((byte, index) => this.#bytes[at + index] === byte)) {
      throw new TypeError('a key is named __proto__')
    }
  }

  #skip(length: number): void {
    if (length > this.#bytes.length - this.#at) throw endsEarly()
    this.#at += length
  }

  /** An unsigned number, the most significant byte first. */
  #digits(count: number): number {
    if (count > this.#bytes.length - this.#at) throw endsEarly()
    let value = 0
    for (let index = 0; index < count; index++) {
      value = value * 256 + (this.#bytes[this.#at++] as number)
    }
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
