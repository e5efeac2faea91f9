import { atMost } from './async/at-most.js'
import { compileApp } from './compile/compile-app.js'
import { AppContainer } from './di/app-container.js'
import { BroadcastTransport } from './di/tokens.js'
import { Problems } from './errors/problems.js'
import { errorText, showValue } from './errors/show-value.js'
import { silentLogger, type WsLogger } from './logging/logger.js'
import { createPinoLogger } from './logging/pino-logger.js'
import { safeLogger } from './logging/safe-logger.js'
import { checkOptions } from './options/check-options.js'
import { FIXED_LIMITS, resolveLimits, type ResolvedLimits } from './options/defaults.js'
import type { WsAppOptions } from './options/options.js'
import { jsonCodec, type WsCodec, type WsFrame } from './protocol/codec.js'
import type { WsPush } from './protocol/records.js'
import { BroadcastExchange, type ExchangeFault } from './rooms/broadcast-exchange.js'
import { RoomChannel } from './rooms/room-channel.js'
import { WsRoomManager } from './rooms/ws-room-manager.js'
import { compilePathMatcher, type PathMatcher } from './routing/path-matcher.js'
import type { AppHost } from './runtime/app-host.js'
import { checkedCodec } from './runtime/checked-codec.js'
import { Dispatcher } from './runtime/dispatcher.js'
import { Failures } from './runtime/failures.js'
import { Lifecycle } from './runtime/lifecycle.js'
import type { RuntimeLimits } from './runtime/limits.js'
import { LiveConnection } from './runtime/live-connection.js'
import { RoomHooks } from './runtime/room-hooks.js'
import { closeConnections } from './runtime/shutdown.js'
import { Sweeper } from './runtime/sweeper.js'
import { TopicFanOut } from './runtime/topic-fan-out.js'
import { TurnQueue } from './runtime/turn-queue.js'
import { watchTransport } from './runtime/watch-transport.js'
import type { WsConnection } from './runtime/ws-connection.js'
import { increment, WsCounters } from './runtime/ws-counters.js'
import { WsEvents } from './runtime/ws-events.js'
import { WsServer } from './runtime/ws-server.js'
import { isManaged, type WsBroadcastTransport } from './transports/broadcast-transport.js'
import { compileOriginCheck } from './uws/check-origin.js'
import { WsHttp } from './uws/http-routes.js'
import { IpCounts } from './uws/ip-counts.js'
import type { NativeApp } from './uws/native.js'
import { compileAddressReader, type AddressReader } from './uws/remote-address.js'
import { Upgrader } from './uws/upgrader.js'
import { createNativeApp, UwsServer, type SocketHandlers } from './uws/uws-server.js'
import { WsApp } from './ws-app.js'

/** What the options come to, before anything is built. */
interface Settings {
  readonly options: WsAppOptions
  readonly limits: ResolvedLimits
  readonly logger: WsLogger
  readonly matchPath: PathMatcher
  readonly readAddress: AddressReader
}

/** The parts that controllers may have injected, and what those rest on. */
interface Core {
  readonly host: AppHost
  readonly fanOut: TopicFanOut
  readonly exchange: BroadcastExchange | undefined
  /** Ends what is heard of the transport's state. */
  readonly unwatch: (() => void) | undefined
  readonly runtimeOf: (app: ReturnType<typeof compileApp>) => Runtime
}

/** What runs per connection and message. */
interface Runtime {
  readonly dispatcher: Dispatcher
  readonly lifecycle: Lifecycle
  readonly failures: Failures
}

/**
 * Makes an app: reads the decorators, resolves the controllers and compiles one route table. It does
 * not listen yet.
 *
 * @throws WsDefinitionError with everything that is wrong with options and controllers
 * @throws WsPlatformError when uWebSockets.js cannot be used here; it says what to install
 * @example
 * ```ts
 * const app = createWsApp({ controllers: [ChatController] })
 * const { port } = await app.listen(3000)
 * ```
 */
export function createWsApp(options: WsAppOptions): WsApp {
  const problems = new Problems()
  if (!checkOptions(options, problems)) problems.throwIfAny()
  const settings = readSettings(options, problems)
  const container = new AppContainer(isUsable(options.container) ? options.container : undefined)
  const transport = resolveTransport(options, container, problems)
  if (transport) container.register(BroadcastTransport, transport)
  const native: { app?: NativeApp } = {}
  const core = createCore(settings, transport, native)
  container.register(WsServer, core.host.server)
  container.register(WsRoomManager, core.host.rooms)
  const compiled = compileApp({
    controllers: Array.isArray(options.controllers) ? options.controllers : [],
    use: Array.isArray(options.use) ? options.use : [],
    container,
    rooms: core.host.rooms,
    problems,
  })
  native.app = createNativeApp(options.tls)
  return assemble(settings, core, { container, native: native.app, compiled })
}

function readSettings(options: WsAppOptions, problems: Problems): Settings {
  const orReport = <T>(name: string, compile: () => T, fallback: T): T => {
    if (problems.has(`createWsApp.${name}`)) return fallback
    try {
      return compile()
    } catch (error) {
      const fault = errorText(error)
      problems.add(`createWsApp.${name}`, fault, 'see the table of options in docs/options.md')
      return fallback
    }
  }
  const { upgradePath, trustProxy, logger } = options
  return {
    options,
    limits: resolveLimits(options),
    logger: logger === false ? silentLogger : safeLogger(logger ?? createPinoLogger()),
    matchPath: orReport(
      'upgradePath',
      () => (typeof upgradePath === 'string' ? compilePathMatcher(upgradePath) : () => ({})),
      () => ({}),
    ),
    readAddress: orReport(
      'trustProxy',
      () => compileAddressReader(trustProxy),
      () => '',
    ),
  }
}

/** A wrong container has been reported; the rest of the check goes on with the global one. */
function isUsable(container: WsAppOptions['container']): boolean {
  return typeof container?.createChildContainer === 'function'
}

function resolveTransport(
  { broadcastTransport }: WsAppOptions,
  container: AppContainer,
  problems: Problems,
): WsBroadcastTransport | undefined {
  if (isTransport(broadcastTransport)) return broadcastTransport
  if (problems.has('createWsApp.broadcastTransport')) return undefined
  const token = broadcastTransport ?? BroadcastTransport
  if (typeof token === 'function') container.adopt(token)
  if (!container.has(token)) {
    if (broadcastTransport === undefined) return undefined
    const mend = 'register a transport under it before createWsApp, or pass the transport itself'
    problems.add('createWsApp.broadcastTransport', `${showValue(token)} is not registered`, mend)
    return undefined
  }
  try {
    const transport: unknown = container.resolve(token)
    if (isTransport(transport)) return transport
    problems.add(
      'createWsApp.broadcastTransport',
      `what ${showValue(token)} resolves to is no transport`,
      'a transport has publish, subscribe and unsubscribe',
    )
  } catch (error) {
    const fault = errorText(error)
    problems.add('createWsApp.broadcastTransport', fault, 'the transport has to be resolvable')
  }
  return undefined
}

function isTransport(value: unknown): value is WsBroadcastTransport {
  if (typeof value !== 'object' || value === null) return false
  const { publish, subscribe, unsubscribe } = value as Record<string, unknown>
  return [publish, subscribe, unsubscribe].every((method) => typeof method === 'function')
}

function createCore(
  { options, limits, logger }: Settings,
  transport: WsBroadcastTransport | undefined,
  native: { app?: NativeApp },
): Core {
  const codec = options.codec
    ? checkedCodec(options.codec, (error) => logger.error({ err: error }, 'the codec failed'))
    : jsonCodec
  const compressFrom = limits.compression ? FIXED_LIMITS.compressFrom : Infinity
  const hooks: { room?: RoomHooks } = {}
  const turn = new TurnQueue((error) => logger.error({ err: error }, 'sending failed'))
  const counters = new WsCounters(transport && isManaged(transport) ? transport : undefined)
  const events = new WsEvents((error) => logger.error({ err: error }, 'a listener failed'))
  const fanOut: TopicFanOut = new TopicFanOut({
    // The native app is made last, when nothing can be wrong any more.
    publisher: {
      publish: (topic, frame, isBinary, compress) =>
        native.app?.publish(topic, frame, isBinary, compress) ?? false,
    },
    backpressure: limits.backpressure,
    compressFrom,
    connections: (): WsConnection[] => server.connections(),
    ...{ turn, counters, events },
    window: options.broadcastWindow ?? 0,
  })
  const exchange =
    transport &&
    new BroadcastExchange(transport, (error, fault) => reportTransport(host, error, fault))
  const rooms = new WsRoomManager<WsConnection>({
    codec,
    fanOut,
    ...(exchange && { exchange }),
    maxRoomsPerMember: limits.maxRoomsPerConnection,
    beforeJoin: (connection, room) => hooks.room?.beforeJoin(connection, room),
    afterLeave: (connection, room) => hooks.room?.afterLeave(connection, room),
  })
  const server: WsServer = new WsServer({
    rooms,
    encode: (push) => codec.encode(push),
    publishAll: (frame) => fanOut.publishAll(frame),
    ...(exchange && { forward: forwardTo(exchange, codec) }),
  })
  const host: AppHost = {
    codec,
    limits: runtimeLimits(limits, compressFrom),
    logger,
    counters,
    events,
    rooms,
    server,
    turn,
    isProduction: process.env.NODE_ENV === 'production',
  }
  const runtimeOf = (app: ReturnType<typeof compileApp>): Runtime => {
    const failures = new Failures(host)
    const dispatcher = new Dispatcher(host, app, failures)
    hooks.room = new RoomHooks(host, app, failures)
    return { dispatcher, failures, lifecycle: new Lifecycle({ host, app, dispatcher, failures }) }
  }
  const unwatch = transport && isManaged(transport) ? watchTransport(host, transport) : undefined
  return { host, fanOut, exchange, unwatch, runtimeOf }
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
  codec: WsCodec,
): (push: WsPush, frame: WsFrame) => void {
  return (push, frame) => {
    const text = codec === jsonCodec ? (frame as string) : undefined
    exchange.publish(EVERYONE_CHANNEL, push, text)
  }
}

/** The channel of pushes to every connection. Rooms have channels of their own. */
const EVERYONE_CHANNEL = 'ws:everyone'

function runtimeLimits(limits: ResolvedLimits, compressFrom: number): RuntimeLimits {
  const { maxPayload, idleTimeout, maxDepth, backpressure, rateLimit, maxInFlight } = limits
  return {
    ...FIXED_LIMITS,
    ...{ maxPayload, idleTimeout, maxDepth, backpressure, rateLimit, maxInFlight },
    compressFrom,
  }
}

/** What is built once the decorators have been found right. */
interface Built {
  readonly container: AppContainer
  readonly native: NativeApp
  readonly compiled: ReturnType<typeof compileApp>
}

function assemble(settings: Settings, core: Core, { container, native, compiled }: Built): WsApp {
  const { limits, logger } = settings
  const { host, exchange } = core
  const runtime = core.runtimeOf(compiled)
  const ips = new IpCounts(limits.maxConnectionsPerIp)
  const uws = new UwsServer(native, {
    handlers: socketHandlers(core, runtime),
    limits: {
      maxPayload: limits.maxPayload,
      idleTimeout: limits.idleTimeout,
      maxBackpressure: nativeBackpressure(limits),
      compression: limits.compression,
    },
    upgrader: createUpgrader(settings, host, ips),
    ips,
    logger,
  })
  const sweeper = new Sweeper(host.server, (limits.maxLifetime ?? Infinity) * 1000)
  const everyone =
    exchange &&
    new RoomChannel(exchange, EVERYONE_CHANNEL, (received) => {
      const text = host.codec === jsonCodec ? received.frame : undefined
      host.server.deliver(text ?? host.codec.encode(received.read()))
    })
  return new WsApp({
    ...{ server: host.server, rooms: host.rooms, events: host.events, counters: host.counters },
    container: () => container.container,
    http: new WsHttp(native, logger),
    start: async (port, address) => {
      await subscribeEveryone(everyone)
      try {
        const actual = await uws.listen(port, address)
        sweeper.start()
        return actual
      } catch (error) {
        await everyone?.release()
        throw error
      }
    },
    stop: async (drain) => {
      uws.stopListening()
      core.fanOut.flush()
      await closeConnections({ server: host.server, ...runtime }, drain)
      sweeper.stop()
      // The transport may be disposed of next; one that hangs keeps no app from closing.
      const released = async (): Promise<void> => {
        await everyone?.release()
        await exchange?.whenIdle()
      }
      await atMost(FIXED_LIMITS.unsubscribeTimeout, released())
      core.unwatch?.()
      uws.close()
      await container.dispose()
    },
  })
}

async function subscribeEveryone(everyone: RoomChannel | undefined): Promise<void> {
  try {
    await everyone?.acquire()
  } catch (cause) {
    throw new Error('listen: the broadcast transport cannot subscribe', { cause })
  }
}

/** A close frame gets lost when the native limit is reached: with `close` it lies well above. */
function nativeBackpressure({ backpressure }: ResolvedLimits): number {
  return backpressure.policy === 'close' ? backpressure.limit * 2 : backpressure.limit
}

function socketHandlers(
  { host, fanOut }: Core,
  { dispatcher, lifecycle }: Runtime,
): SocketHandlers {
  return {
    create: (socket, identity) => new LiveConnection(host, socket, identity),
    opened: (connection) => {
      fanOut.opened(connection)
      lifecycle.opened(connection)
    },
    received: (connection, frame) => dispatcher.receive(connection, frame),
    pinged: (connection) => void dispatcher.countMessage(connection),
    dropped: (connection) => connection.lost(),
    closed: (connection, code, reason) => lifecycle.closed(connection, code, reason),
  }
}

function createUpgrader(
  { options, limits, logger, matchPath, readAddress }: Settings,
  host: AppHost,
  ips: IpCounts,
): Upgrader {
  return new Upgrader({
    authorize: options.authorize,
    refuse: options.refuse ?? 'close',
    checkOrigin: compileOriginCheck(options.origins),
    matchPath,
    readAddress,
    ips,
    authorizeTimeout: limits.authorizeTimeout * 1000,
    logger,
    counters: host.counters,
    events: host.events,
  })
}
