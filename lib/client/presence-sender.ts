import type { Platform } from './platform.js'

/** What a presence sender needs. */
export interface PresenceSenderParts {
  readonly platform: Pick<Platform, 'schedule' | 'now'>
  /** Milliseconds between two changes on the wire. */
  readonly interval: number
  /** Whether it was sent; else it is sent again when the room is restored. */
  readonly send: (state: unknown) => boolean
}

/** Sends one's own presence: the first change at once, then the latest one per interval. */
export class PresenceSender {
  readonly #parts: PresenceSenderParts
  #state: unknown
  #isSet = false
  #sentAt = -Infinity
  #cancel: (() => void) | undefined

  constructor(parts: PresenceSenderParts) {
    this.#parts = parts
  }

  set(state: unknown): void {
    this.#state = state
    this.#isSet = true
    this.#sendSoon()
  }

  /** The server does not know it (any more). */
  sendAgain(): void {
    if (this.#isSet) this.#sendSoon()
  }

  /** Nothing more is sent until the next change. */
  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #sendSoon(): void {
    if (this.#cancel) return
    const { platform, interval } = this.#parts
    const wait = this.#sentAt + interval - platform.now()
    if (wait <= 0) this.#send()
    else {
      this.#cancel = platform.schedule(() => {
        this.#cancel = undefined
        this.#send()
      }, wait)
    }
  }

  #send(): void {
    if (this.#parts.send(this.#state)) this.#sentAt = this.#parts.platform.now()
  }
}
