import type { BroadcastDriver, BroadcastSession } from './broadcast-driver.js'

/** Who hears of the sessions. */
export interface ConnectionListeners {
  up(session: BroadcastSession): void
  /** A session was lost, or an attempt failed. */
  down(cause: Error): void
  message(channel: string, payload: string): void
}

/** Milliseconds that an attempt to connect may take. */
const CONNECT_TIMEOUT = 3_000

/** Milliseconds before another attempt; doubled from the first to the last. */
const FIRST_DELAY = 50
const LONGEST_DELAY = 500

/** Connects, and connects again, until it is stopped. */
export class ConnectionLoop {
  readonly #driver: BroadcastDriver
  readonly #listeners: ConnectionListeners
  #session: BroadcastSession | undefined
  /** The attempt that counts, and the session that came of it: of others nothing is heard. */
  #attempt: AbortController | undefined
  #timer: NodeJS.Timeout | undefined
  #failures = 0

  constructor(driver: BroadcastDriver, listeners: ConnectionListeners) {
    this.#driver = driver
    this.#listeners = listeners
  }

  get session(): BroadcastSession | undefined {
    return this.#session
  }

  start(): void {
    const attempt = new AbortController()
    this.#attempt = attempt
    const late = new Error(`the broker did not answer within ${CONNECT_TIMEOUT} ms`)
    this.#timer = setTimeout(() => {
      attempt.abort(late)
      this.#lost(attempt, late)
    }, CONNECT_TIMEOUT)
    void this.#connect(attempt)
  }

  /** The session does its work: after the next loss it is tried again without delay. */
  proved(): void {
    this.#failures = 0
  }

  /** The session is of no use: another one is made. */
  drop(cause: Error): void {
    if (this.#attempt) this.#lost(this.#attempt, cause)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#attempt?.abort(new Error('closed'))
    this.#attempt = undefined
    this.#end()
  }

  async #connect(attempt: AbortController): Promise<void> {
    try {
      const session = await this.#driver.connect(
        {
          message: (channel, payload) => {
            if (attempt === this.#attempt) this.#listeners.message(channel, payload)
          },
          lost: (cause) => this.#lost(attempt, cause),
        },
        attempt.signal,
      )
      if (attempt !== this.#attempt) {
        session.close()
        return
      }
      clearTimeout(this.#timer)
      this.#session = session
    } catch (error) {
      this.#lost(attempt, error instanceof Error ? error : new Error(String(error)))
      return
    }
    this.#listeners.up(this.#session)
  }

  #lost(attempt: AbortController, cause: Error): void {
    if (attempt !== this.#attempt) return
    clearTimeout(this.#timer)
    this.#attempt = undefined
    this.#end()
    // Not all processes at once.
    const delay = Math.min(FIRST_DELAY * 2 ** this.#failures++, LONGEST_DELAY)
    this.#timer = setTimeout(() => this.start(), delay * (0.75 + Math.random() / 2))
    this.#listeners.down(cause)
  }

  #end(): void {
    const session = this.#session
    this.#session = undefined
    session?.close()
  }
}
