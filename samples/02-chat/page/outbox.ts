import { WsClientError } from 'enfilade/client'
import type { Said } from '../chat.channel.js'

/** A message on its way. */
export interface Letter {
  readonly id: string
  readonly text: string
}

interface OutboxParts {
  /** One attempt. */
  readonly send: (letter: Letter) => Promise<Said>
  /** Done when there is a connection. */
  readonly connected: () => Promise<void>
  readonly sent: (said: Said) => void
  readonly refused: (letter: Letter, error: unknown) => void
}

/** Without a reply, or with none in time: perhaps it was said, perhaps not. */
const UNKNOWN_FATE = [408, 503]

/**
 * Sends messages one after the other, each as often as it takes: the server knows it by its id when
 * it comes again.
 */
export class Outbox {
  readonly #letters: Letter[] = []
  #isClosed = false

  constructor(private readonly parts: OutboxParts) {}

  add(letter: Letter): void {
    this.#letters.push(letter)
    if (this.#letters.length === 1) void this.#sendAll()
  }

  close(): void {
    this.#isClosed = true
  }

  async #sendAll(): Promise<void> {
    for (let letter = this.#letters[0]; letter; letter = this.#letters[0]) {
      await this.#deliver(letter)
      if (this.#hasEnded()) return
      this.#letters.shift()
    }
  }

  async #deliver(letter: Letter): Promise<void> {
    const { send, connected, sent, refused } = this.parts
    while (!this.#hasEnded()) {
      await connected()
      try {
        const said = await send(letter)
        if (!this.#hasEnded()) sent(said)
        return
      } catch (error) {
        if (error instanceof WsClientError && UNKNOWN_FATE.includes(error.code)) continue
        if (!this.#hasEnded()) refused(letter, error)
        return
      }
    }
  }

  #hasEnded(): boolean {
    return this.#isClosed
  }
}
