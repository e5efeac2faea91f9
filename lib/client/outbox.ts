import type { WsFrame } from '../protocol/codec.js'

/** A message that waits for the connection. */
export interface Letter {
  readonly event: string
  readonly path: string
  /** The encoded message. */
  readonly frame: WsFrame
  /** Of a call. */
  readonly id?: number
}

/** The messages that wait for the connection, in order. When it is full it takes no more. */
export class Outbox {
  readonly #limit: number
  #letters: Letter[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Whether it was taken. */
  add(letter: Letter): boolean {
    if (this.#letters.length >= this.#limit) return false
    this.#letters.push(letter)
    return true
  }

  /** Takes back a call. */
  remove(id: number): void {
    this.#letters = this.#letters.filter((letter) => letter.id !== id)
  }

  /** Empties it. */
  takeAll(): readonly Letter[] {
    return this.#letters.splice(0)
  }
}
