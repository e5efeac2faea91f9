import type { Problems } from '../errors/problems.js'
import type {
  MethodRecord,
  ParameterRecord,
  RoomHookRecord,
  RouteRecord,
} from '../metadata/records.js'
import type { WsRoomManager } from '../rooms/ws-room-manager.js'
import type { RouteTable } from '../routing/route-table.js'
import { compileRoomMatcher } from '../routing/room-pattern.js'
import type { Pattern } from '../routing/pattern.js'
import type { WsMiddleware } from '../runtime/middleware.js'
import { observeOf } from '../runtime/observer.js'
import type { HistoryRule, LifecycleHook, PresenceRule, RoomHook, Route } from '../runtime/route.js'
import type { WsConnection } from '../runtime/ws-connection.js'
import { compileReader, type DataType } from '../validation/compile-validator.js'
import { compileArguments, findMethod, type Use } from './arguments.js'
import { compose, type Runner } from './compose.js'
import type { ControllerDefinition } from './controller-definition.js'
import { compileInvocation } from './invocation.js'
import { compileMiddleware } from './middleware.js'
import { readAddress, readPattern, readPrefix, type RouteAddress } from './paths.js'
import type { InstanceProvider, Providers } from './providers.js'
import { readControllerOptions, type CompiledControllerOptions } from './controller-options.js'
import { compileRateLimit, readTimeout, untilDeadline, type Wrapper } from './handler-limits.js'
import { withDeadline } from '../runtime/deadline.js'
import { isAsyncGenerator, withStream } from '../runtime/streams/with-stream.js'
import { hasEffects, readEffects, withEffects } from './room-effects.js'

/** What compiling gathers. */
export interface CompileTarget {
  readonly table: RouteTable<Route>
  readonly connect: LifecycleHook[]
  readonly disconnect: LifecycleHook[]
  readonly join: RoomHook[]
  readonly leave: RoomHook[]
  readonly history: HistoryRule[]
  readonly presence: PresenceRule[]
}

/** What one controller is compiled with. */
export interface ControllerSource {
  readonly definition: ControllerDefinition
  /** Middleware of the app. */
  readonly use: readonly WsMiddleware[]
  /** Milliseconds that handlers may take unless they say otherwise; 0 for no limit. */
  readonly handlerTimeout: number
  readonly providers: Providers
  readonly rooms: WsRoomManager<WsConnection>
  readonly problems: Problems
  readonly target: CompileTarget
}

/** What the methods of one controller share. */
interface ControllerParts extends ControllerSource, CompiledControllerOptions {
  readonly name: string
  readonly prefix: string
  readonly provider: InstanceProvider
  readonly middleware: readonly WsMiddleware[]
  readonly serialKey: object | undefined
  readonly timeout: number
  readonly limitRate: Wrapper
}

interface RoomHookPlan {
  readonly kind: RoomHookRecord['kind']
  /** `undefined` means every room. */
  readonly pattern: Pattern | undefined
}

/** Compiles a controller into the target; everything wrong with it goes to the problems. */
export function compileController(source: ControllerSource): void {
  const { definition, use, handlerTimeout, providers, rooms, problems, target } = source
  const { type, misplaced } = definition
  const { name } = type
  if (!definition.isController) {
    // Without parentheses the decorator puts a function without a name in the place of the class.
    const where = name === '' ? 'a class without a name' : name
    problems.add(
      where,
      'is no controller',
      'mark the class with @Controller(), parentheses included',
    )
    return
  }
  for (const { decorator, where } of misplaced) {
    problems.add(
      `${name}.${where}`,
      `@${decorator} has no meaning here`,
      'decorators of handlers and parameters belong on methods of an instance',
    )
  }
  const own = compileMiddleware(definition.middleware, name, providers, problems)
  const { broadcastWindow, history } = readControllerOptions(definition.options, name, problems)
  const parts: ControllerParts = {
    definition,
    use,
    handlerTimeout,
    providers,
    rooms,
    problems,
    target,
    name,
    broadcastWindow,
    history,
    prefix: readPrefix(definition.prefix, name, problems),
    provider: providers.of(type),
    middleware: [...use, ...own],
    timeout: readTimeout(definition, name, problems) ?? handlerTimeout,
    limitRate: compileRateLimit(definition, name, problems),
    serialKey: definition.serial ? {} : undefined,
  }
  compileHistory(parts)
  compilePresence(parts)
  for (const method of definition.methods) compileMethod(parts, method)
}

function compileHistory(parts: ControllerParts): void {
  const { history: boundsOf, target } = parts
  const match = boundsOf && compileOwnRooms(parts, '@Controller: history')
  if (match) target.history.push({ match, boundsOf })
}

function compilePresence(parts: ControllerParts): void {
  const { definition, target, name, problems } = parts
  if (!definition.presence) return
  const match = compileOwnRooms(parts, '@Presence')
  const reader = compileReader(definition.presence.type as DataType, undefined)
  if (typeof reader === 'string') {
    const mend = 'use a class with class-validator decorators, or @Presence(Object) for anything'
    problems.add(name, `@Presence: ${reader}`, mend)
  } else if (match) target.presence.push({ match, read: reader.read })
}

/** The rooms that are called like the prefix. */
function compileOwnRooms(
  { name, prefix, problems }: ControllerParts,
  what: string,
): RoomHook['match'] | undefined {
  if (prefix === '') {
    problems.add(
      name,
      `${what}, but there is no prefix`,
      "say which rooms: @Controller('/chat/:room')",
    )
    return undefined
  }
  // What is wrong with it is reported by whoever uses it.
  const pattern = readPattern(prefix, name, problems)
  return pattern && compileRoomMatcher(pattern)
}

/**
 * A thousand of them are felt at start-up. What a closure sees is in memory from the first line of its
 * function on, so closures that few methods need are in functions of their own.
 */
function compileMethod(parts: ControllerParts, method: MethodRecord): void {
  const { definition, problems, provider } = parts
  const where = `${parts.name}.${String(method.name)}`
  const declared = findMethod(definition.type, method.name)
  if (!declared) {
    problems.add(where, 'is no method', `write it as a method: ${String(method.name)}() { … }`)
    return
  }
  const addresses = readAddresses(parts, method, where)
  const hooks = method.roomHooks.length === 0 ? NO_HOOKS : readRoomHooks(parts, method, where)
  checkDecorators(method, where, problems)
  const isStream = method.stream === true || isAsyncGenerator(declared)
  if (isStream && method.broadcasts.length > 0) {
    problems.add(where, '@Broadcast of a stream', 'broadcast each item by hand, with @Rooms()')
  }
  const uses = usesOf(method, addresses, hooks)
  const { type } = definition
  const readers = compileArguments({ type, method, declared, where, uses, problems })
  const call = compileInvocation(provider, method.name, readers)
  const middleware = withOwn(parts, method.middleware, where)

  const timeout = readTimeout(method, where, problems) ?? parts.timeout
  const core = timeout > 0 ? untilDeadline(call) : call
  const effective = hasEffects(method)
    ? withEffects(core, readEffects({ method, addresses, where, problems }), {
        rooms: parts.rooms,
        isOutermost: middleware.every(observeOf),
      })
    : core
  const composed = compose(middleware, effective)
  const timed = timeout > 0 ? withDeadline(composed, timeout) : composed
  const limited = compileRateLimit(method, where, problems)?.(timed) ?? timed
  const streamed = isStream ? withStream(limited, timeout) : limited
  const run = parts.limitRate?.(streamed) ?? streamed
  const serialKey = parts.serialKey ?? (method.serial ? {} : undefined)
  const { broadcastWindow } = parts
  // Written out, here and below: a spread takes several microseconds for each of a thousand routes.
  const handler = { handler: where, broadcastWindow, run, serialKey }
  addRoutes(parts, addresses, handler)
  if (hooks.length > 0 || method.lifecycle.length > 0) {
    addHooks(parts, { where, method, hooks, call, middleware })
  }
}

/** What hears of connections and rooms. */
interface HookSource {
  readonly where: string
  readonly method: MethodRecord
  readonly hooks: readonly RoomHookPlan[]
  readonly call: Runner
  readonly middleware: readonly WsMiddleware[]
}

function addHooks(
  { target, broadcastWindow }: ControllerParts,
  { where, method, hooks, call, middleware }: HookSource,
): void {
  const owner = { handler: where, broadcastWindow }
  for (const kind of method.lifecycle) {
    const wrapped = kind === 'connect' ? compose(middleware, call) : call
    target[kind].push({ ...owner, run: wrapped })
  }
  for (const { kind, pattern } of hooks) {
    const match = pattern ? compileRoomMatcher(pattern) : () => ({})
    target[kind].push({ ...owner, run: call, match })
  }
}

/** Most methods have one: a list that grows would be made for many, a thousand times. */
function readAddresses(
  parts: ControllerParts,
  { routes }: MethodRecord,
  where: string,
): readonly RouteAddress[] {
  const first = routes[0]
  if (routes.length !== 1 || !first) return readManyAddresses(parts, routes, where)
  const address = readAddress(first, parts.prefix, where, parts.problems)
  return address ? [address] : []
}

function readManyAddresses(
  { prefix, problems }: ControllerParts,
  routes: readonly RouteRecord[],
  where: string,
): readonly RouteAddress[] {
  return routes.flatMap((route) => readAddress(route, prefix, where, problems) ?? [])
}

/** The middleware of the app, of the controller and of the method. */
function withOwn(
  { middleware, providers, problems }: ControllerParts,
  own: readonly unknown[],
  where: string,
): readonly WsMiddleware[] {
  if (own.length === 0) return middleware
  return [...middleware, ...compileMiddleware(own, where, providers, problems)]
}

function addRoutes(
  parts: ControllerParts,
  addresses: readonly RouteAddress[],
  handler: Omit<Route, 'event' | 'pattern'>,
): void {
  addresses.forEach((address) => addRoute(parts, address, handler))
}

function addRoute(
  { target, problems }: ControllerParts,
  { event, pattern }: RouteAddress,
  handler: Omit<Route, 'event' | 'pattern'>,
): void {
  const { run, serialKey, broadcastWindow } = handler
  const owner = handler.handler
  const route: Route = {
    event,
    pattern: pattern.source,
    handler: owner,
    broadcastWindow,
    run,
    serialKey,
  }
  const taken = target.table.add(event, pattern, route)
  if (!taken) return
  problems.add(
    handler.handler,
    `event "${event}" on "${pattern.source}" is handled by ${taken.handler} already` +
      (taken.pattern === pattern.source ? '' : ` (as "${taken.pattern}")`),
    'give one of them another event or path',
  )
}

const NO_HOOKS: readonly RoomHookPlan[] = []

function readRoomHooks(
  parts: ControllerParts,
  { roomHooks }: MethodRecord,
  where: string,
): readonly RoomHookPlan[] {
  return roomHooks.flatMap((hook) => readRoomHook(parts, hook, where) ?? [])
}

function readRoomHook(
  { prefix, problems }: ControllerParts,
  { kind, pattern }: RoomHookRecord,
  where: string,
): RoomHookPlan | undefined {
  const source = pattern ?? (prefix === '' ? undefined : prefix)
  if (source === undefined) return { kind, pattern: undefined }
  const read = readPattern(source, where, problems)
  return read && { kind, pattern: read }
}

const NO_USES: readonly Use[] = []

/** What parameters are checked against: those that are right for any message need nothing. */
function usesOf(
  method: MethodRecord,
  addresses: readonly RouteAddress[],
  hooks: readonly RoomHookPlan[],
): readonly Use[] {
  const isMessage = hooks.length === 0 && method.lifecycle.length === 0
  if (isMessage && !method.parameters.some(isParam)) return NO_USES
  return [
    ...addresses.map(({ pattern }): Use => ({
      kind: 'message',
      params: pattern.names,
      pattern: pattern.source,
    })),
    ...hooks.map(({ kind, pattern }): Use => ({
      kind,
      params: pattern?.names,
      pattern: pattern?.source,
    })),
    ...method.lifecycle.map((kind): Use => ({ kind, params: undefined, pattern: undefined })),
  ]
}

function isParam({ source }: ParameterRecord): boolean {
  return source === 'param'
}

/** Decorators that say something about a handler, on a method that is none. */
function checkDecorators(method: MethodRecord, where: string, problems: Problems): void {
  if (method.documentHooks.length > 0) {
    const mend = 'mark the class with @Document(…) of enfilade/documents'
    problems.add(where, 'is a hook of a document, but its class is none', mend)
    return
  }
  if (method.routes.length > 0) return
  const isHandler = method.lifecycle.length > 0 || method.roomHooks.length > 0
  const needsMessage = [
    ...method.memberships.map(({ kind }) => (kind === 'join' ? 'Join' : 'Leave')),
    ...method.broadcasts.map(() => 'Broadcast'),
    ...(method.serial ? ['Serial'] : []),
    ...(method.stream === true ? ['Stream'] : []),
    ...(method.timeout === undefined ? [] : ['Timeout']),
    ...(method.rateLimit === undefined ? [] : ['RateLimit']),
  ]
  for (const decorator of new Set(needsMessage)) {
    problems.add(where, `@${decorator}, but it handles no message`, 'add @OnMessage()')
  }
  if (method.middleware.length > 0 && !method.lifecycle.includes('connect')) {
    problems.add(where, '@Use, but it handles no message and no connect', 'add @OnMessage()')
  }
  if (method.parameters.length > 0 && !isHandler) {
    problems.add(
      where,
      'its parameters have decorators, but it handles nothing',
      'add @OnMessage()',
    )
  }
}
