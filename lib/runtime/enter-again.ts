import type { MaybePromise } from '../async/maybe-promise.js'
import { WsError } from '../errors/ws-error.js'
import type { RoomAccess } from '../rooms/room-access.js'
import type { SessionRecord, SessionRoom } from '../transports/sessions/ws-session-store.js'
import type { AppHost } from './app-host.js'
import type { LiveConnection } from './live-connection.js'
import type { ResumeRequest } from './resume-request.js'
import { enterRooms, readMissed, type RoomEntry } from './return-to-rooms.js'

/** What it takes to enter the rooms of a connection that another process had. */
export interface EnterParts {
  readonly host: AppHost
  /** Asks the `@OnJoin` hooks. */
  readonly mayJoin: (
    connection: LiveConnection,
    room: string,
  ) => MaybePromise<RoomAccess | undefined>
  /** Hears what the members of rooms show. */
  readonly seed: (connection: LiveConnection, states: ReadonlyMap<string, unknown>) => void
}

/**
 * Enters the rooms that a connection of another process was in. Everything that takes time comes first:
 * what has to be sent is sent in one go.
 *
 * @returns what answers the `$resume` when the connection still wants to, and gives the rooms back when not
 */
export async function prepareEntry(
  parts: EnterParts,
  connection: LiveConnection,
  { request, record }: { request: ResumeRequest; record: SessionRecord },
): Promise<(isWanted: boolean) => void> {
  const { host, mayJoin, seed } = parts
  const refused: string[] = []
  const entries: RoomEntry[] = []
  const enter = async ({ room, access }: SessionRoom): Promise<void> => {
    try {
      const granted = await mayJoin(connection, room)
      await host.rooms.hold(room)
      entries.push({ room, access: granted === 'read' ? granted : access })
    } catch (error) {
      if (!(error instanceof WsError)) {
        host.logger.error({ err: error, connection: connection.id, room }, 'a hook failed')
      }
      refused.push(room)
    }
  }
  await Promise.all(record.rooms.map(enter))
  const names = entries.map(({ room }) => room)
  const pages = await readMissed(host, names, request.rooms)
  return (isWanted) => {
    if (!isWanted) {
      for (const room of names) host.rooms.unhold(room)
      return
    }
    const states = record.rooms.filter(({ state }) => state !== undefined)
    seed(connection, new Map(states.map(({ room, state }) => [room, state])))
    enterRooms(host, connection, {
      request: { ...request, pages },
      ...{ entries, refused, formerId: record.connection },
    })
  }
}
