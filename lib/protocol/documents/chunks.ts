import { WsError } from '../../errors/ws-error.js'
import { exceedsBytes } from '../byte-length.js'
import type { ChunkFrame } from './document-frames.js'
import type { JsonObject } from './document-record.js'

/** Bytes of a chunk that are not the part of the text. */
const ENVELOPE = 64

/**
 * Splits the text of a frame into chunks that fit.
 *
 * @param maxBytes how many bytes one frame may have, at least 256
 * @returns the text alone when it fits
 */
export function splitFrame(text: string, maxBytes: number): readonly string[] {
  if (!exceedsBytes(text, maxBytes)) return [text]
  // A unit of the text takes three bytes at most; one that has to be escaped takes two.
  const size = Math.floor((maxBytes - ENVELOPE) / 3)
  const count = Math.ceil(text.length / size)
  return Array.from({ length: count }, (_, index) => {
    const part = text.slice(index * size, (index + 1) * size)
    const chunk: ChunkFrame = { type: 'chunk', left: count - 1 - index, text: part }
    return JSON.stringify(chunk)
  })
}

/** Puts chunks together, up to a limit. */
export class Reassembly {
  readonly #maxLength: number
  #parts: string[] = []
  #length = 0
  #left = 0

  /** @param maxLength how long the whole may become, in UTF-16 units */
  constructor(maxLength: number) {
    this.#maxLength = maxLength
  }

  /** Whether a chunk is awaited. */
  get isOpen(): boolean {
    return this.#left > 0
  }

  /**
   * Takes the next chunk.
   *
   * @returns the whole text with the last chunk, else `undefined`
   * @throws WsError 400 for one that is out of turn, 413 for too long a whole; what was gathered is
   * forgotten
   */
  add({ left, text }: JsonObject): string | undefined {
    if (typeof text !== 'string' || typeof left !== 'number' || !Number.isSafeInteger(left)) {
      return this.#refuse(400, 'A chunk has a text and a count of those left')
    }
    const isFirst = !this.isOpen
    if (left < 0 || (isFirst ? left === 0 : left !== this.#left - 1)) {
      return this.#refuse(400, 'A chunk out of turn')
    }
    this.#length += text.length
    // Of empty chunks there would be no end.
    if (text === '' || this.#length > this.#maxLength || left > this.#maxLength) {
      return this.#refuse(413, `A frame has ${this.#maxLength} characters at most`)
    }
    this.#parts.push(text)
    this.#left = left
    if (left > 0) return undefined
    const whole = this.#parts.join('')
    this.reset()
    return whole
  }

  /** Forgets what was gathered. */
  reset(): void {
    this.#parts = []
    this.#length = 0
    this.#left = 0
  }

  #refuse(code: number, message: string): never {
    this.reset()
    throw new WsError(code, message)
  }
}
