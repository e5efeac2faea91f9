import { andThen, isPromise } from '../async/maybe-promise.js'
import type { Problems } from '../errors/problems.js'
import { showValue } from '../errors/show-value.js'
import type { MethodRecord } from '../metadata/records.js'
import type { WsRoomManager } from '../rooms/ws-room-manager.js'
import { faultOfSlow, toSlowRule, type SlowChoice, type SlowRule } from '../rooms/slow-rule.js'
import { compileRoomName } from '../routing/room-pattern.js'
import type { WsConnection } from '../runtime/ws-connection.js'
import type { WsContext } from '../runtime/ws-context.js'
import { pushParams } from '../runtime/ws-rooms.js'
import type { Runner } from './compose.js'
import { readOptions } from './decorator-options.js'
import { readPattern, type RouteAddress } from './paths.js'

type RoomOf = (context: WsContext) => string

/** The rule of a push, out of its event and data. */
type SlowOf = (event: string, data: unknown) => SlowRule | undefined

interface Membership {
  readonly kind: 'join' | 'leave'
  readonly room: RoomOf
}

interface Push {
  readonly event: string | undefined
  readonly room: RoomOf
  readonly excludeSelf: boolean
  readonly slow: SlowOf
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

/** Whether a method has `@Join`, `@Leave` or `@Broadcast`. */
export function hasEffects({ memberships, broadcasts }: MethodRecord): boolean {
  return memberships.length > 0 || broadcasts.length > 0
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
  const place = { decorator: '@Broadcast', where, problems }
  const {
    room,
    excludeSelf = true,
    slow,
  } = readOptions(options, ['room', 'excludeSelf', 'slow'], place)
  if (typeof excludeSelf !== 'boolean') {
    const fault = `@Broadcast: excludeSelf must be true or false, got ${showValue(excludeSelf)}`
    problems.add(where, fault, 'false sends to the sender, too')
  }
  return {
    event: event as string | undefined,
    room: readRoom(room, '@Broadcast', source),
    excludeSelf: excludeSelf === true,
    slow: readSlow(slow, source),
  }
}

function readSlow(slow: unknown, { where, problems }: EffectSource): SlowOf {
  const { latest } = (slow ?? {}) as { latest?: unknown }
  if (typeof latest === 'function') {
    const keyOf = latest as (data: unknown) => unknown
    return (event, data) => toSlowRule({ latest: String(keyOf(data)) }, event)
  }
  const isFine = slow === undefined || (typeof slow === 'string' && !faultOfSlow(slow))
  if (!isFine) {
    const fault = `@Broadcast: slow must be 'close', 'drop', 'latest' or { latest: (data) => key }`
    problems.add(where, `${fault}, got ${showValue(slow)}`, 'leave it out for what the app says')
  }
  const rules = new Map<string, SlowRule | undefined>()
  return (event) => {
    if (!isFine || slow === undefined) return undefined
    if (!rules.has(event)) rules.set(event, toSlowRule(slow as SlowChoice, event))
    return rules.get(event)
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

/** What effects are put behind. */
export interface EffectTarget {
  readonly rooms: WsRoomManager<WsConnection>
  /** Whether nobody sees the result on its way to the reply. */
  readonly isOutermost: boolean
}

/** Puts membership and broadcast behind a handler, and the question whether it may join before it. */
export function withEffects(
  core: Runner,
  { memberships, pushes }: RoomEffects,
  { rooms, isOutermost }: EffectTarget,
): Runner {
  let run = core
  for (const membership of memberships) run = withMembership(run, membership, rooms)
  if (pushes.length === 0) return run
  const deliver = (context: WsContext, value: unknown): unknown => {
    if (value === undefined) return undefined
    const isAlsoReply = isOutermost && context.id !== undefined
    const data = isAlsoReply || pushes.length > 1 ? rooms.prepare(value) : value
    for (const push of pushes) {
      broadcast(rooms, context, push, data, push.slow(push.event ?? context.event, value))
    }
    return isAlsoReply ? data : value
  }
  return (context) => {
    for (const { room } of pushes) rooms.checkMaySend(context.connection, room(context))
    const value = run(context)
    // Written out: a closure for each message would be felt.
    if (!isPromise(value)) return deliver(context, value)
    return Promise.resolve(value).then((resolved) => deliver(context, resolved))
  }
}

function withMembership(
  run: Runner,
  { kind, room }: Membership,
  rooms: WsRoomManager<WsConnection>,
): Runner {
  if (kind === 'join') {
    return (context) => rooms.joinAfter(context.connection, room(context), () => run(context))
  }
  return (context) =>
    andThen(run(context), (value) => {
      rooms.end(context.connection, room(context), 'left')
      return value
    })
}

function broadcast(
  rooms: WsRoomManager<WsConnection>,
  context: WsContext,
  { event = context.event, room, excludeSelf }: Push,
  value: unknown,
  slow: SlowRule | undefined,
): void {
  const name = room(context)
  rooms.push(
    name,
    { event, path: name, params: pushParams(context), data: value },
    excludeSelf ? context.connection : undefined,
    context.broadcastWindow,
    slow,
  )
}
