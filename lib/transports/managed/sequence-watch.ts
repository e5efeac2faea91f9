import type { Frame } from './frame.js'

/** What the numbers of a frame say. */
export interface Seen {
  /** How many of its first messages have been here before. */
  readonly skip: number
  /** How many messages before it never came. */
  readonly missed: number
}

interface Position {
  stream: number
  last: number
}

/** Past it, the publisher that was seen first is forgotten, and its next message is taken as it is. */
const MAX_PUBLISHERS = 256

/**
 * Watches the numbers of what comes in on one channel. What comes late is taken for a double: it
 * has been told as missing, and order would break.
 */
export class SequenceWatch {
  readonly #positions = new Map<string, Position>()

  see({ from, stream, first, payloads }: Frame): Seen {
    const last = first + payloads.length - 1
    const known = this.#positions.get(from)
    if (!known) {
      if (this.#positions.size >= MAX_PUBLISHERS) {
        const [oldest] = this.#positions.keys()
        this.#positions.delete(oldest as string)
      }
      this.#positions.set(from, { stream, last })
      return { skip: 0, missed: 0 }
    }
    if (stream < known.stream) return { skip: payloads.length, missed: 0 }
    const before = stream === known.stream ? known.last : 0
    if (last > before) Object.assign(known, { stream, last })
    return {
      skip: Math.min(Math.max(before + 1 - first, 0), payloads.length),
      missed: Math.max(first - before - 1, 0),
    }
  }
}
