import type { RoomVerdict, WsResumed } from '../protocol/v1.js'
import type { WsFrame } from '../protocol/codec.js'
import { frameFor } from '../rooms/encodings/push-frame.js'
import type { Room } from '../rooms/room.js'
import type { HistoryPage } from '../transports/history/ws-history.js'
import type { AppHost } from './app-host.js'
import type { LiveConnection } from './live-connection.js'
import type { Memberships } from './memberships.js'
import type { ResumeRequest } from './resume-request.js'
import type { WsConnection } from './ws-connection.js'

/** What it takes to return to rooms. */
export interface ReturnParts {
  readonly host: AppHost
  readonly memberships: Memberships
}

/** A `$resume`, and what shared histories were asked for it. */
export interface PlacedRequest extends ResumeRequest {
  readonly pages?: RoomPages | undefined
}

/** What was read of each room. */
export type RoomPages = ReadonlyMap<string, HistoryPage>

/**
 * Reads what a connection missed, where this process does not have it.
 *
 * @returns `undefined` when there is nothing to read
 */
export function readMissed(
  { rooms }: AppHost,
  names: Iterable<string>,
  positions: ResumeRequest['rooms'],
): Promise<RoomPages> | undefined {
  const { shared } = rooms
  if (!shared) return undefined
  const reads = [...names].flatMap((name) => {
    const position = positions.get(name)
    const page = position && shared.load(name, position)
    return page ? [page.then((found) => [name, found] as const)] : []
  })
  if (reads.length === 0) return undefined
  return Promise.all(reads).then(
    (pages) => new Map(pages.flatMap(([name, page]) => (page ? [[name, page] as const] : []))),
  )
}

interface Returned {
  readonly room: Room<WsConnection>
  /** `undefined` for a gap. */
  readonly missed: readonly WsFrame[] | undefined
}

/**
 * A connection has a socket again: answers its `$resume`, then sends what it missed of each room. All
 * in one go, so that nothing that is pushed meanwhile comes in between, or twice.
 */
export function returnToRooms(
  { host, memberships }: ReturnParts,
  connection: LiveConnection,
  { id, rooms: positions, pages }: PlacedRequest,
): void {
  // What is sent and not read would count as a slow reader's.
  let budget = host.limits.backpressure.limit / 2
  const returned: Returned[] = []
  const verdicts = new Map<string, RoomVerdict>()
  for (const room of positions.keys()) verdicts.set(room, 'refused')
  for (const name of connection.rooms) {
    const room = host.rooms.renew(connection, name)
    if (!room) continue
    const position = positions.get(name)
    const all = position && room.view?.since(position, pages?.get(name))
    const own = all
      ?.filter(({ exclude }) => exclude !== connection.id)
      .flatMap(({ frame }) => frameFor(frame, connection.encoding) ?? [])
    const length = own?.reduce((sum, frame) => sum + frame.length, 0) ?? 0
    const missed = length <= budget ? own : undefined
    if (missed) budget -= length
    verdicts.set(name, missed ? 'recovered' : 'gap')
    returned.push({ room, missed })
  }
  const resumed: WsResumed = { resumed: true, rooms: Object.fromEntries(verdicts) }
  connection.socket?.cork(() => {
    connection.reply(id, resumed)
    for (const { room, missed = [] } of returned) {
      memberships.returned(connection, room)
      for (const frame of missed) connection.write(frame)
      host.counters.pushes += missed.length
    }
  })
}
