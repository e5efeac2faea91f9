import type { ServerConnection } from './server-connection.js'

/** Which connections are whose. Connections without a user are not in it. */
export class Users {
  readonly #connections = new Map<string, Set<ServerConnection>>()

  connections(userId: string): ServerConnection[] {
    return [...(this.#connections.get(userId) ?? [])]
  }

  /** Puts a connection where its user id says. */
  add(connection: ServerConnection): void {
    const { userId } = connection
    if (userId === undefined) return
    const connections = this.#connections.get(userId) ?? new Set()
    this.#connections.set(userId, connections.add(connection))
  }

  remove(connection: ServerConnection): void {
    const { userId } = connection
    if (userId === undefined) return
    const connections = this.#connections.get(userId)
    connections?.delete(connection)
    if (connections?.size === 0) this.#connections.delete(userId)
  }
}
