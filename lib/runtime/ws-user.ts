import type { WsParams } from '../protocol/records.js'
import type { WsConnection } from './ws-connection.js'

/** A user, with all connections of theirs in this process. */
export class WsUser {
  readonly #connections: () => WsConnection[]

  /** @internal */
  constructor(
    readonly id: string,
    connections: () => WsConnection[],
  ) {
    this.#connections = connections
  }

  /** Whether the user has an open connection. */
  get isConnected(): boolean {
    return this.#connections().length > 0
  }

  /** As of now. */
  connections(): WsConnection[] {
    return this.#connections()
  }

  /**
   * Pushes to all connections of the user.
   *
   * @returns how many it was handed to
   * @throws what the codec throws for data it cannot encode
   */
  send(event: string, path: string, data?: unknown, params?: WsParams): number {
    let sent = 0
    for (const connection of this.#connections()) {
      if (connection.send(event, path, data, params)) sent++
    }
    return sent
  }

  /** Closes all connections of the user, as `WsConnection.close` does. */
  close(code?: number, reason?: string): void {
    for (const connection of this.#connections()) connection.close(code, reason)
  }
}
