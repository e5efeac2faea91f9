import type { WsFrame } from '../protocol/codec.js'
import type { LiveConnection } from '../runtime/live-connection.js'
import type { WsContext } from '../runtime/ws-context.js'

/** A frame that a followed connection sent or was sent. */
export interface FollowedFrame {
  /** Ascending: what to ask for next. */
  readonly number: number
  readonly at: number
  readonly way: 'in' | 'out'
  /** Cut after some kilobytes. */
  readonly text: string
  readonly bytes: number
}

/** Those that came since somebody asked. */
export interface FramePage {
  readonly frames: readonly FollowedFrame[]
}

/** How many are kept until somebody asks, and how many characters of them: what an answer may hold. */
const KEPT = 500
const MAX_KEPT_TEXT = 256 * 1_024
const MAX_TEXT = 4_000
/** Milliseconds after which nobody looks any more. */
const FORGOTTEN = 10_000

class Followed {
  readonly frames: FollowedFrame[] = []
  askedAt: number
  #next = 1
  #kept = 0

  constructor(
    readonly connection: LiveConnection,
    now: number,
  ) {
    this.askedAt = now
  }

  add(way: FollowedFrame['way'], frame: WsFrame): void {
    const text = typeof frame === 'string' ? frame : this.#read(frame)
    const short = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
    const bytes = typeof frame === 'string' ? Buffer.byteLength(frame) : frame.length
    this.frames.push({ number: this.#next++, at: Date.now(), way, text: short, bytes })
    this.#kept += short.length
    while (this.frames.length > KEPT || this.#kept > MAX_KEPT_TEXT) {
      this.#kept -= this.frames.shift()?.text.length ?? 0
    }
  }

  #read(frame: Uint8Array): string {
    try {
      return JSON.stringify(this.connection.encoding.codec.decode(frame))
    } catch {
      return `${frame.length} bytes`
    }
  }
}

/** The connections whose messages somebody looks at. */
export class Following {
  readonly #all = new Map<string, { followed: Followed; stop: () => void }>()

  /** Asked for every message. */
  get isEmpty(): boolean {
    return this.#all.size === 0
  }

  /** A message that reached its handler. */
  received({ connection, raw }: WsContext): void {
    this.#all.get(connection.id)?.followed.add('in', raw)
  }

  /**
   * Follows a connection from now on, as long as somebody asks.
   *
   * @param after the number of the last frame that is known
   */
  read(connection: LiveConnection, after: number, now: number): readonly FollowedFrame[] {
    let entry = this.#all.get(connection.id)
    if (!entry) {
      const followed = new Followed(connection, now)
      const stop = connection.follow((frame) => followed.add('out', frame))
      this.#all.set(connection.id, (entry = { followed, stop }))
    }
    entry.followed.askedAt = now
    return entry.followed.frames.filter(({ number }) => number > after)
  }

  /** Lets go of those that nobody asks for any more, or that have closed. */
  sweep(now: number): void {
    for (const [id, { followed, stop }] of this.#all) {
      if (followed.connection.isOpen && now - followed.askedAt < FORGOTTEN) continue
      stop()
      this.#all.delete(id)
    }
  }

  clear(): void {
    for (const { stop } of this.#all.values()) stop()
    this.#all.clear()
  }
}
