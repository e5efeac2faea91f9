import { andThen, guarded, isPromise, type MaybePromise } from '../async/maybe-promise.js'
import { WsError } from '../errors/ws-error.js'
import type { EnterParts } from './enter-again.js'
import type { LiveConnection } from './live-connection.js'

/** Asks again whether a connection may be in its rooms. @returns those that it may not be in any more */
export function askRooms(
  { mayJoin, host }: Pick<EnterParts, 'mayJoin' | 'host'>,
  connection: LiveConnection,
): MaybePromise<ReadonlySet<string>> {
  const refused = new Set<string>()
  const waits: Promise<void>[] = []
  for (const room of [...connection.rooms]) {
    const asked = guarded(
      () =>
        andThen(mayJoin(connection, room), (access) => {
          // What else a member may do was said while it was in: that stays as it was.
          if (access === 'read') host.rooms.setAccess(connection, room, access)
        }),
      (error) => {
        if (!(error instanceof WsError)) {
          host.logger.error({ err: error, connection: connection.id, room }, 'a hook failed')
        }
        refused.add(room)
      },
    )
    if (isPromise(asked)) waits.push(asked)
  }
  return waits.length === 0 ? refused : Promise.all(waits).then(() => refused)
}
