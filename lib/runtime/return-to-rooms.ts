import type { RoomVerdict, WsResumed } from '../protocol/v1.js'
import type { WsFrame } from '../protocol/codec.js'
import { frameFor } from '../rooms/encodings/push-frame.js'
import type { RoomView } from '../rooms/history/room-history.js'
import type { RoomAccess } from '../rooms/room-access.js'
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

/** A room that is entered anew. */
export interface RoomEntry {
  readonly room: string
  readonly access: RoomAccess
}

/** What a connection of another process comes back to. */
export interface Reentry {
  readonly request: PlacedRequest
  readonly entries: readonly RoomEntry[]
  readonly refused: readonly string[]
  /** By which it was left out of its own broadcasts. */
  readonly formerId: string
}

/**
 * A connection has a socket again: answers its `$resume`, then sends what it missed of each room. All
 * in one go, so that nothing that is pushed meanwhile comes in between, or twice.
 */
export function returnToRooms(
  { host, memberships }: ReturnParts,
  connection: LiveConnection,
  request: PlacedRequest,
): void {
  const missed = new Missed(host, connection, request)
  const returned: Room<WsConnection>[] = []
  const verdicts = new Map<string, RoomVerdict>()
  for (const room of request.rooms.keys()) verdicts.set(room, 'refused')
  for (const name of connection.rooms) {
    const room = host.rooms.renew(connection, name)
    if (!room) continue
    verdicts.set(name, missed.find(name, room.view))
    returned.push(room)
  }
  connection.socket?.cork(() => {
    connection.reply(request.id, resumedWith(verdicts))
    for (const room of returned) {
      memberships.returned(connection, room)
      missed.send(room.name)
    }
  })
}

/**
 * A connection goes on with what another process knew of it: as {@link returnToRooms}, but it becomes a
 * member. Of rooms that the other did not know of nothing is said: the client enters them again.
 */
export function enterRooms(
  host: AppHost,
  connection: LiveConnection,
  { request, entries, refused, formerId }: Reentry,
): void {
  const missed = new Missed(host, connection, request, formerId)
  const verdicts = new Map<string, RoomVerdict>(refused.map((room) => [room, 'refused']))
  for (const { room } of entries) {
    verdicts.set(room, missed.find(room, host.rooms.shared?.of(room)))
  }
  connection.socket?.cork(() => {
    connection.reply(request.id, resumedWith(verdicts))
    for (const { room, access } of entries) {
      host.rooms.admit(connection, room, access)
      missed.send(room)
    }
  })
}

function resumedWith(verdicts: ReadonlyMap<string, RoomVerdict>): WsResumed {
  return { resumed: true, rooms: Object.fromEntries(verdicts) }
}

/** What a connection missed of its rooms, as far as it can be sent. */
class Missed {
  readonly #host: AppHost
  readonly #connection: LiveConnection
  readonly #request: PlacedRequest
  readonly #ids: readonly (string | undefined)[]
  readonly #frames = new Map<string, readonly WsFrame[]>()
  /** What is sent and not read would count as a slow reader's. */
  #budget: number

  constructor(
    host: AppHost,
    connection: LiveConnection,
    request: PlacedRequest,
    formerId = connection.id,
  ) {
    this.#host = host
    this.#connection = connection
    this.#request = request
    this.#ids = [connection.id, formerId]
    this.#budget = host.limits.backpressure.limit / 2
  }

  find(name: string, view: RoomView | undefined): RoomVerdict {
    const { rooms, pages } = this.#request
    const position = rooms.get(name)
    const all = position && view?.since(position, pages?.get(name))
    if (!all) return 'gap'
    const { encoding } = this.#connection
    const own = all
      .filter(({ exclude }) => exclude === undefined || !this.#ids.includes(exclude))
      .flatMap(({ frame }) => frameFor(frame, encoding) ?? [])
    const length = own.reduce((sum, frame) => sum + frame.length, 0)
    if (length > this.#budget) return 'gap'
    this.#budget -= length
    this.#frames.set(name, own)
    return 'recovered'
  }

  send(name: string): void {
    const frames = this.#frames.get(name) ?? []
    for (const frame of frames) this.#connection.write(frame)
    this.#host.counters.pushes += frames.length
  }
}
