import { AppCluster } from './app-cluster.js'
import { loneNode } from './cluster/lone-node.js'
import { sharedHistory, type HistorySurroundings } from './app-history.js'
import { countedStores, type AppStores } from './app-stores.js'
import type { WsLogger } from './logging/logger.js'
import {
  FIXED_LIMITS,
  resolveCompression,
  resolveRecovery,
  type ResolvedLimits,
} from './options/defaults.js'
import type { WsAppOptions } from './options/options.js'
import { jsonCodec, type WsCodec } from './protocol/codec.js'
import { pushKind } from './protocol/push-kind.js'
import type { WsPush } from './protocol/records.js'
import { Encodings } from './rooms/encodings/encodings.js'
import { frameFor, type PushFrame } from './rooms/encodings/push-frame.js'
import { BroadcastExchange, type ExchangeFault } from './rooms/broadcast-exchange.js'
import { EVERYONE_CHANNEL } from './rooms/channels.js'
import { MemoryRoomHistory } from './rooms/history/memory-room-history.js'
import type { SlowRule } from './rooms/slow-rule.js'
import type { WsRoomManagerOptions } from './rooms/ws-room-manager-options.js'
import { WsRoomManager } from './rooms/ws-room-manager.js'
import type { Platform } from './platform.js'
import type { PathMatcher } from './routing/path-matcher.js'
import type { AppHost } from './runtime/app-host.js'
import { checkedCodec } from './runtime/checked-codec.js'
import { Detours } from './runtime/detours.js'
import { Dispatcher } from './runtime/dispatcher.js'
import type { DocumentTraffic } from './runtime/document-traffic.js'
import { Failures } from './runtime/failures.js'
import { Identity } from './runtime/identity.js'
import { Lifecycle } from './runtime/lifecycle.js'
import type { RuntimeLimits } from './runtime/limits.js'
import { LiveConnection } from './runtime/live-connection.js'
import { Streams } from './runtime/streams/streams.js'
import { Memberships } from './runtime/memberships.js'
import { Recovery } from './runtime/recovery.js'
import { ReservedMessages } from './runtime/reserved-messages.js'
import { RoomHooks } from './runtime/room-hooks.js'
import type { TopicPublisher } from './runtime/connection-socket.js'
import type { CompiledApp } from './runtime/route.js'
import { RoomRosters } from './runtime/room-rosters.js'
import { SharedSessions } from './runtime/shared-sessions.js'
import { TopicFanOut } from './runtime/topic-fan-out.js'
import { TurnQueue } from './runtime/turn-queue.js'
import { Readiness } from './runtime/readiness.js'
import { watchTransport } from './runtime/watch-transport.js'
import type { WsConnection } from './runtime/ws-connection.js'
import { WsDocuments } from './runtime/ws-documents.js'
import { increment, WsCounters } from './runtime/ws-counters.js'
import { WsEvents } from './runtime/ws-events.js'
import { WsServer, type WsServerParts } from './runtime/ws-server.js'
import {
  isManaged,
  type WsBroadcastTransport,
  type WsManagedTransport,
} from './transports/broadcast-transport.js'
import type { NativeApp } from './uws/native.js'
import { bindSocket } from './uws/uws-server.js'
import type { AddressReader } from './uws/remote-address.js'

/** What the options come to, before anything is built. */
export interface Settings {
  readonly options: WsAppOptions
  readonly limits: ResolvedLimits
  readonly logger: WsLogger
  readonly platform: Platform
  readonly matchPath: PathMatcher
  readonly readAddress: AddressReader
}

/** The parts that controllers may have injected, and what those rest on. */
export interface Core {
  readonly host: AppHost
  readonly fanOut: TopicFanOut
  /** The other processes; absent without a transport. */
  readonly cluster: AppCluster | undefined
  readonly readiness: Readiness
  /** Ends what is heard of the transport's state. */
  readonly unwatch: (() => void) | undefined
  readonly documents: WsDocuments
  readonly runtimeOf: (app: CompiledApp) => Runtime
}

/** What runs per connection and message. */
export interface Runtime {
  readonly dispatcher: Dispatcher
  readonly identity: Identity
  readonly lifecycle: Lifecycle
  readonly memberships: Memberships
  readonly recovery: Recovery | undefined
  readonly failures: Failures
  readonly documents: DocumentTraffic | undefined
}

/** What rooms and server ask, and what is there only when the controllers are compiled. */
interface LateParts {
  hooks?: RoomHooks
  identity?: Identity
  memberships?: Memberships
  rosters?: RoomRosters
  recovery?: Recovery
  documents?: DocumentTraffic | undefined
}

/** Builds all that does not need the compiled controllers. */
export function createCore(
  { options, limits, logger, platform }: Settings,
  transport: WsBroadcastTransport | undefined,
  native: { app?: NativeApp },
): Core {
  const { clock } = platform
  const encodings = encodingsOf(options, logger)
  const compressFrom = compressFromOf(limits, logger)
  const late: LateParts = {}
  const turn = new TurnQueue((error) => logger.error({ err: error }, 'sending failed'), clock)
  const managed = transport && isManaged(transport) ? transport : undefined
  const exchange =
    transport &&
    new BroadcastExchange(transport, (...fault) => reportTransport(host, ...fault), encodings)
  const heard = (room: string, id: string): void => late.rosters?.heard(room, id)
  const cluster =
    exchange && new AppCluster({ transport, exchange, clock, host: () => host, heard })
  const { counters, stores } = countersOf(options, managed, cluster)
  const events = new WsEvents((error) => logger.error({ err: error }, 'a listener failed'))
  const detours = new Detours(limits.backpressure.policy, pushKind)
  const streams = new Streams({ clock, counters, logger, limit: limits.backpressure.limit })
  const fanOut: TopicFanOut = new TopicFanOut({
    ...{ publisher: publisherOf(native), backpressure: limits.backpressure, compressFrom },
    ...{ turn, counters, events, detours, clock, window: options.broadcastWindow ?? 0 },
    connections: (): WsConnection[] => server.connections(),
  })
  const rooms = new WsRoomManager<WsConnection>({
    encodings,
    fanOut,
    ...(exchange && { exchange }),
    ...(cluster && { elsewhere: cluster.calls }),
    maxRoomsPerMember: limits.maxRoomsPerConnection,
    ...lateHooks(late),
    ...sharedRooms(stores.history, late, { encodings, clock, logger, server: () => server }),
  })
  const server: WsServer = new WsServer({
    rooms,
    ...{ encodings, clock, elsewhere: cluster?.calls },
    nodes: cluster
      ? () => cluster.node.nodes()
      : loneNode(clock, () => ({ connections: server.size, rooms: rooms.size })),
    ...reachOf(fanOut, late),
    ...(exchange && { forward: forwardTo(exchange, encodings) }),
  })
  const host: AppHost = {
    limits: runtimeLimits(limits, compressFrom),
    ...{ clock, encodings, logger, counters, events, rooms, server, turn, detours, streams },
    isProduction: process.env.NODE_ENV === 'production',
  }
  return {
    host,
    fanOut,
    cluster,
    readiness: new Readiness(managed),
    unwatch: managed && watchTransport(host, managed),
    documents: new WsDocuments(() => late.documents),
    runtimeOf: (app) =>
      createRuntime({ host, app, options, limits, transport, stores, cluster }, late),
  }
}

/** What is counted, and the stores that count with it. */
function countersOf(
  options: WsAppOptions,
  transport: WsManagedTransport | undefined,
  cluster: AppCluster | undefined,
): { counters: WsCounters; stores: AppStores } {
  const stores = countedStores(options)
  const counted = { transport, cluster: cluster?.node.counters, ...stores.counters }
  return { counters: new WsCounters(counted), stores }
}

/** How the server reaches its connections, and those that are lost. */
function reachOf(
  fanOut: TopicFanOut,
  late: LateParts,
): Pick<WsServerParts, 'publishAll' | 'added' | 'giveUp' | 'reauthorize'> {
  return {
    publishAll: (frame, slow) => fanOut.publishAll(frame, slow),
    added: (connection) => fanOut.opened(connection),
    giveUp: (isMeant) => late.recovery?.revoke(isMeant),
    reauthorize: async (connection) => {
      if (connection instanceof LiveConnection) await late.identity?.reauthorize(connection)
    },
  }
}

/** What is compressed is compressed again for every member of a room: few who switch it on know. */
function compressFromOf({ compression }: ResolvedLimits, logger: WsLogger): number {
  const threshold = resolveCompression(compression)
  if (threshold < Infinity) {
    const text = 'compression is on: pushes of the threshold or more are compressed for each member'
    logger.warn({ threshold }, text)
  }
  return threshold
}

function encodingsOf({ codec, codecs }: WsAppOptions, logger: WsLogger): Encodings {
  const check = (given: WsCodec): WsCodec =>
    checkedCodec(given, (error) => logger.error({ err: error }, 'the codec failed'))
  // A wrong list has been reported.
  const others = Array.isArray(codecs) ? codecs : []
  return new Encodings(codec ? check(codec) : jsonCodec, others, check)
}

/** The native app is made last, when nothing can be wrong any more. */
function publisherOf(native: { app?: NativeApp }): TopicPublisher {
  return {
    publish: (topic, frame, isBinary, compress) =>
      native.app?.publish(topic, frame, isBinary, compress) ?? false,
  }
}

function sharedRooms(
  history: AppStores['history'],
  late: LateParts,
  parts: Omit<HistorySurroundings, 'memberships'>,
): Pick<WsRoomManagerOptions<WsConnection>, 'shared'> {
  if (!history) return {}
  return { shared: sharedHistory(history, { ...parts, memberships: () => late.memberships }) }
}

type RoomHookOptions = Pick<
  WsRoomManagerOptions<WsConnection>,
  'beforeJoin' | 'afterLeave' | 'history' | 'presence' | 'watcher'
>

function lateHooks(late: LateParts): RoomHookOptions {
  return {
    beforeJoin: (connection, room) => late.hooks?.beforeJoin(connection, room),
    afterLeave: (connection, room) => late.hooks?.afterLeave(connection, room),
    history: (room) => late.memberships?.logOf(room),
    presence: {
      members: (room) => late.rosters?.members(room) ?? [],
      show: (member, room, state) => late.rosters?.show(member, room, state) ?? false,
    },
    watcher: {
      entered: (member, room) => late.memberships?.entered(member, room),
      left: (member, room, reason) => late.memberships?.left(member, room, reason),
      changed: (member) => late.memberships?.changed(member),
    },
  }
}

/** What a runtime is built from. */
interface RuntimeSource extends Pick<Settings, 'options' | 'limits'> {
  readonly host: AppHost
  readonly app: CompiledApp
  readonly cluster: AppCluster | undefined
  readonly transport: WsBroadcastTransport | undefined
  readonly stores: AppStores
}

function createRuntime(
  { host, app, options, limits, transport, stores, cluster }: RuntimeSource,
  late: LateParts,
): Runtime {
  const failures = new Failures(host)
  const hooks = new RoomHooks(host, app, failures)
  const identity = new Identity({
    ...{ host, failures, authorize: options.authorize, userIdOf: options.userId },
    authorizeTimeout: limits.authorizeTimeout * 1000,
    mayJoin: (connection, room) => hooks.beforeJoin(connection, room),
    admitted: (connection, revoked) => lifecycle.admit(connection, revoked),
    askDocuments: (connection) => documents?.askAgain(connection) ?? Promise.resolve(),
  })
  const rosters = new RoomRosters(app.presence, host.rooms, {
    ...{ clock: host.clock, link: cluster?.node.presence },
  })
  const history = new MemoryRoomHistory(host.clock)
  const timeout = limits.authorizeTimeout * 1000
  const window = resolveRecovery(options.recovery)
  const { sessions: store } = stores
  const sessions =
    store && window !== undefined ? new SharedSessions({ store, window, rosters, host }) : undefined
  const memberships = new Memberships(app, failures, { rosters, history, sessions })
  const recovery: Recovery | undefined =
    window === undefined
      ? undefined
      : new Recovery({
          ...{ host, memberships, window, timeout, sessions, bind: bindSocket },
          seed: (connection, states) => rosters.seed(connection, states),
          mayJoin: (connection, room) => hooks.beforeJoin(connection, room),
          leave: (connection) => lifecycle.leave(connection),
          handle: (connection, frame) => dispatcher.handle(connection, frame),
        })
  const documents = app.documents?.kit.start({
    ...{ host, failures, documents: app.documents, transport, accessTimeout: timeout },
  })
  Object.assign(late, { hooks, identity, memberships, recovery, rosters, documents })
  const reserved = new ReservedMessages({
    ...{ identity, rosters, recovery, documents, streams: host.streams },
  })
  const parts = { host, app, failures, reserved }
  const dispatcher = new Dispatcher(parts)
  const lifecycle = new Lifecycle({
    ...{ host, app, dispatcher, failures, recovery },
    tokenTimeout: timeout,
  })
  return { dispatcher, documents, failures, identity, lifecycle, memberships, recovery }
}

/** A failed subscription is also the error of whoever wanted to join, and counted there. */
function reportTransport(host: AppHost, cause: unknown, { action, channel }: ExchangeFault): void {
  const message = `the broadcast transport failed to ${action}`
  host.logger.error({ err: cause, channel }, message)
  if (action === 'subscribe') return
  increment(host.counters.errors, 503)
  host.events.emit('error', { code: 503, message, cause })
}

/** Processes talk JSON: what a codec of one's own has written is for the clients of this one. */
function forwardTo(
  exchange: BroadcastExchange,
  { main }: Encodings,
): (push: WsPush, frame: PushFrame, slow?: SlowRule) => void {
  return (push, frame, slow) => {
    const own = main.codec === jsonCodec ? frameFor(frame, main) : undefined
    const text = own as string | undefined
    exchange.publish(EVERYONE_CHANNEL, push, text, slow)
  }
}

function runtimeLimits(limits: ResolvedLimits, compressFrom: number): RuntimeLimits {
  const { maxPayload, idleTimeout, maxDepth, backpressure, maxInFlight } = limits
  const { rateLimit, rateLimitPerIp } = limits
  return {
    ...FIXED_LIMITS,
    ...{ maxPayload, idleTimeout, maxDepth, backpressure, rateLimit, rateLimitPerIp, maxInFlight },
    compressFrom,
  }
}
