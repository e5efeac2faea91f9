import { isSendableCloseCode, NORMAL_CLOSE } from '../protocol/close-codes.js'
import type { WsParams } from '../protocol/records.js'
import { deadlineOf } from '../rooms/query-options.js'
import type { ServerElsewhere } from './server-elsewhere.js'
import type { WsConnection } from './ws-connection.js'

/** A user, with all connections of theirs. */
export class WsUser {
  readonly #connections: () => WsConnection[]
  readonly #elsewhere: ServerElsewhere | undefined

  /** @internal */
  constructor(
    readonly id: string,
    connections: () => WsConnection[],
    elsewhere?: ServerElsewhere,
  ) {
    this.#connections = connections
    this.#elsewhere = elsewhere
  }

  /** Whether the user has an open connection in this process; `server.findUser` asks all. */
  get isConnected(): boolean {
    return this.#connections().length > 0
  }

  /** Those in this process, as of now. */
  connections(): WsConnection[] {
    return this.#connections()
  }

  /**
   * Pushes to all connections of the user, in all processes.
   *
   * @returns how many it was handed to in this process
   * @throws what the codec throws for data it cannot encode
   */
  send(event: string, path: string, data?: unknown, params?: WsParams): number {
    let sent = 0
    for (const connection of this.#connections()) {
      if (connection.send(event, path, data, params)) sent++
    }
    this.#elsewhere?.push(this.id, { event, path, params, data })
    return sent
  }

  /**
   * Closes all connections of the user, as `WsConnection.close` does, in all processes: those that
   * cannot be reached now are told again for a minute.
   *
   * @throws RangeError for a code that may not be sent
   */
  close(code = NORMAL_CLOSE, reason = ''): void {
    if (!isSendableCloseCode(code)) {
      throw new RangeError(`close: ${code} is no close code that may be sent`)
    }
    for (const connection of this.#connections()) connection.close(code, reason)
    const order = { name: 'close', user: this.id, code, reason } as const
    void this.#elsewhere?.order(order, deadlineOf({}))
  }
}
