import type { RoomPosition, WsWelcome } from '../protocol/v1.js'

/** What a client knows of its session at the server. */
export class Session {
  /** The one to continue after a loss. */
  #id: string | undefined
  /** The one that the server gave the present connection. */
  #offered: string | undefined
  /** Whether it is clear which of the two holds. */
  #isSettled = true
  /** Bytes, as the last welcome said. */
  maxPayload = Infinity

  welcome({ session, resumed, maxPayload }: Partial<WsWelcome>): void {
    this.#offered = session
    if (this.#isSettled || resumed === true) this.#id = session
    if (typeof maxPayload === 'number') this.maxPayload = maxPayload
  }

  /** The data of `$resume`; `undefined` when there is nothing to continue. */
  resumption(rooms: Readonly<Record<string, RoomPosition>>): object | undefined {
    return this.#isSettled ? undefined : { session: this.#id, rooms }
  }

  /** It was continued, or could not be: then the present connection's takes its place. */
  settle(isResumed: boolean): void {
    this.#isSettled = true
    if (!isResumed) this.#id = this.#offered
  }

  /** Another connection is about to be made. */
  disconnected(): void {
    this.#isSettled = this.#id === undefined
    this.#offered = undefined
  }

  /** There is none any more. */
  end(): void {
    this.#id = undefined
    this.disconnected()
  }
}
