import type { DocumentSession } from '../documents/document-session.js'
import type { Speaker } from './awareness-board.js'

/** How often in a row a client is asked for what it does not have either. */
const MAX_VAIN = 3

/** What the engine keeps of a session. */
export class YjsSession implements Speaker {
  own: Speaker['own']
  hasSpoken = false
  /** Whether the client has been asked for what it has, and has not answered. */
  #isAsked = false
  #vain = 0

  constructor(readonly user: string) {}

  static of(session: DocumentSession): YjsSession {
    return session.state as YjsSession
  }

  /** Whether to ask now; then it counts as asked. */
  ask(): boolean {
    if (this.#isAsked || this.#vain >= MAX_VAIN) return false
    this.#isAsked = true
    return true
  }

  /** The client has answered. */
  answered(hasGap: boolean): void {
    this.#isAsked = false
    this.#vain = hasGap ? this.#vain + 1 : 0
  }
}
