import { byteLength } from '../protocol/byte-length.js'
import type { WsFrame } from '../protocol/codec.js'
import type { SlowPolicy, SlowRule } from '../rooms/slow-rule.js'

/** A frame that waits; the same one may wait for many. */
export class WaitingFrame {
  readonly frame: WsFrame
  readonly bytes: number
  readonly policy: SlowPolicy
  /** What a newer frame replaces; `undefined` when nothing does. */
  readonly key: string | undefined

  constructor(frame: WsFrame, { policy, key }: SlowRule) {
    this.frame = frame
    this.bytes = typeof frame === 'string' ? byteLength(frame) : frame.length
    this.policy = policy
    this.key = key
  }
}

/** What waits for a client that reads too slowly: in order, and of what may be dropped no more than fits. */
export class SlowQueue {
  /** In the order they came in: a `Set` keeps it, and forgets any of them at once. */
  readonly #frames = new Set<WaitingFrame>()
  readonly #droppable = new Set<WaitingFrame>()
  readonly #latest = new Map<string, WaitingFrame>()
  readonly #onDrop: () => void
  #bytes = 0

  /** @param onDrop called for each frame that is dropped; it may do anything to the queue */
  constructor(onDrop: () => void) {
    this.#onDrop = onDrop
  }

  /** How much waits. */
  get bytes(): number {
    return this.#bytes
  }

  get length(): number {
    return this.#frames.size
  }

  get isEmpty(): boolean {
    return this.#frames.size === 0
  }

  /**
   * Adds a frame. What may be dropped gives way to what may not: the oldest first. A frame with the
   * policy `close` is taken even when it does not fit: whoever asks for {@link bytes} sees.
   *
   * @param space bytes that may wait here
   * @returns whether it waits now; else it has been dropped
   */
  add(waiting: WaitingFrame, space: number): boolean {
    const { bytes, policy, key } = waiting
    const dropped: WaitingFrame[] = []
    const older = key === undefined ? undefined : this.#latest.get(key)
    if (older) dropped.push(this.#take(older))
    if (policy !== 'drop') {
      for (const other of this.#droppable) {
        if (this.#bytes + bytes <= space) break
        dropped.push(this.#take(other))
      }
    }
    const isIn = policy === 'close' || this.#bytes + bytes <= space
    if (isIn) this.#put(waiting)
    // Last: whoever hears of it may close the connection.
    const losses = dropped.length + (isIn ? 0 : 1)
    for (let loss = 0; loss < losses; loss++) this.#onDrop()
    return isIn
  }

  /** The oldest frame, taken out. */
  shift(): WsFrame | undefined {
    for (const waiting of this.#frames) return this.#take(waiting).frame
    return undefined
  }

  clear(): void {
    this.#frames.clear()
    this.#droppable.clear()
    this.#latest.clear()
    this.#bytes = 0
  }

  #put(waiting: WaitingFrame): void {
    this.#frames.add(waiting)
    this.#bytes += waiting.bytes
    if (waiting.policy !== 'close') this.#droppable.add(waiting)
    if (waiting.key !== undefined) this.#latest.set(waiting.key, waiting)
  }

  #take(waiting: WaitingFrame): WaitingFrame {
    this.#frames.delete(waiting)
    this.#droppable.delete(waiting)
    this.#bytes -= waiting.bytes
    if (waiting.key !== undefined) this.#latest.delete(waiting.key)
    return waiting
  }
}
