import { andThen, isPromise, type MaybePromise } from '../async/maybe-promise.js'
import type { Problems } from '../errors/problems.js'
import { showValue } from '../errors/show-value.js'
import type { MethodRecord } from '../metadata/records.js'
import type { WsRoomManager } from '../rooms/ws-room-manager.js'
import { compileRoomName } from '../routing/room-pattern.js'
import type { WsConnection } from '../runtime/ws-connection.js'
import type { WsContext } from '../runtime/ws-context.js'
import { pushParams } from '../runtime/ws-rooms.js'
import type { Runner } from './compose.js'
import { readPattern, type RouteAddress } from './paths.js'

type RoomOf = (context: WsContext) => string

interface Membership {
  readonly kind: 'join' | 'leave'
  readonly room: RoomOf
}

interface Push {
  readonly event: string | undefined
  readonly room: RoomOf
  readonly excludeSelf: boolean
}

/** What happens to rooms when a handler has succeeded. */
export interface RoomEffects {
  readonly memberships: readonly Membership[]
  readonly pushes: readonly Push[]
}

/** What a method's room decorators are read with. */
export interface EffectSource {
  readonly method: MethodRecord
  readonly addresses: readonly RouteAddress[]
  readonly where: string
  readonly problems: Problems
}

/** Reads `@Join`, `@Leave` and `@Broadcast`. */
export function readEffects(source: EffectSource): RoomEffects {
  const { memberships, broadcasts } = source.method
  return {
    memberships: memberships.map(({ kind, room }) => ({
      kind,
      room: readRoom(room, kind === 'join' ? '@Join' : '@Leave', source),
    })),
    pushes: broadcasts.map(({ event, options }) => readBroadcast(event, options, source)),
  }
}

function readBroadcast(event: unknown, options: unknown, source: EffectSource): Push {
  const { where, problems } = source
  if (event !== undefined && (typeof event !== 'string' || event === '' || event.startsWith('$'))) {
    problems.add(
      where,
      `@Broadcast: ${showValue(event)} is no event of an app`,
      'give a name that is not empty and does not start with "$"',
    )
  }
  const { room, excludeSelf = true } = (options ?? {}) as { room?: unknown; excludeSelf?: boolean }
  return {
    event: event as string | undefined,
    room: readRoom(room, '@Broadcast', source),
    excludeSelf,
  }
}

function readRoom(room: unknown, decorator: string, source: EffectSource): RoomOf {
  if (room === undefined) return (context) => context.path
  const { where, problems, addresses } = source
  const pattern = readPattern(room, where, problems)
  if (!pattern) return () => ''
  for (const { pattern: route } of addresses) {
    const missing = pattern.required.filter((name) => !route.required.includes(name))
    for (const name of missing) {
      problems.add(
        where,
        `${decorator}('${pattern.source}'): the path "${route.source}" does not always have ":${name}"`,
        'use parameters that every path of the method has, or join by hand with @Rooms()',
      )
    }
  }
  const fill = compileRoomName(pattern)
  return (context) => fill(context.rawParams)
}

/** Puts membership and broadcast behind a handler, and the question whether it may join before it. */
export function withEffects(
  core: Runner,
  { memberships, pushes }: RoomEffects,
  rooms: WsRoomManager<WsConnection>,
): Runner {
  if (memberships.length === 0 && pushes.length === 0) return core
  const joins = memberships.filter(({ kind }) => kind === 'join').map(({ room }) => room)
  const finish = (context: WsContext, value: unknown): MaybePromise<unknown> =>
    andThen(applyMemberships(rooms, context, memberships, 0), () => {
      if (value !== undefined) for (const push of pushes) broadcast(rooms, context, push, value)
      return value
    })
  const handle: Runner = (context) => andThen(core(context), (value) => finish(context, value))
  if (joins.length === 0) return handle
  return (context) => andThen(admit(rooms, context, joins, 0), () => handle(context))
}

function admit(
  rooms: WsRoomManager<WsConnection>,
  context: WsContext,
  joins: readonly RoomOf[],
  from: number,
): MaybePromise<void> {
  for (let index = from; index < joins.length; index++) {
    const result = rooms.admit(context.connection, (joins[index] as RoomOf)(context))
    if (isPromise(result)) {
      return Promise.resolve(result).then(() => admit(rooms, context, joins, index + 1))
    }
  }
}

function applyMemberships(
  rooms: WsRoomManager<WsConnection>,
  context: WsContext,
  memberships: readonly Membership[],
  from: number,
): MaybePromise<void> {
  for (let index = from; index < memberships.length; index++) {
    const { kind, room } = memberships[index] as Membership
    if (kind === 'leave') {
      rooms.leave(context.connection, room(context))
      continue
    }
    const result = rooms.enter(context.connection, room(context))
    if (isPromise(result)) {
      return Promise.resolve(result).then(() =>
        applyMemberships(rooms, context, memberships, index + 1),
      )
    }
  }
}

function broadcast(
  rooms: WsRoomManager<WsConnection>,
  context: WsContext,
  { event, room, excludeSelf }: Push,
  value: unknown,
): void {
  const name = room(context)
  rooms.broadcast(
    name,
    event ?? context.event,
    name,
    value,
    pushParams(context),
    excludeSelf ? context.connection : undefined,
  )
}
