import type { RoomPosition, WsWelcome } from '../protocol/v1.js'

/** What a client knows of its session at the server. */
export class Session {
  /** The one to continue. */
  #id: string | undefined
  /** The one that the server gave the present connection. */
  #offered: string | undefined
  /** Bytes. */
  maxPayload = Infinity

  welcome({ session, resumed, maxPayload }: Partial<WsWelcome>): void {
    this.#offered = session
    if (this.#id === undefined || resumed === true) this.#id = session
    if (typeof maxPayload === 'number') this.maxPayload = maxPayload
  }

  /** The data of `$resume`; `undefined` when there is nothing to continue. */
  resumption(rooms: Readonly<Record<string, RoomPosition>>): object | undefined {
    return this.#id === undefined ? undefined : { session: this.#id, rooms }
  }

  /** It could not be continued: the present connection's takes its place. */
  lost(): void {
    this.#id = this.#offered
  }

  /** Another connection is about to be made. */
  disconnected(): void {
    this.#offered = undefined
    this.maxPayload = Infinity
  }

  /** There is none any more. */
  end(): void {
    this.#id = undefined
    this.disconnected()
  }
}
