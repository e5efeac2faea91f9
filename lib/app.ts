import { atMost } from './async/at-most.js'
import { compileApp } from './compile/compile-app.js'
import { AppContainer } from './di/app-container.js'
import { resolveTransport } from './di/resolve-transport.js'
import { BroadcastTransport } from './di/tokens.js'
import { Problems } from './errors/problems.js'
import { WsListenError, type ListenAddress } from './errors/ws-listen-error.js'
import { errorText } from './errors/show-value.js'
import { silentLogger, type WsLogger } from './logging/logger.js'
import { createPinoLogger } from './logging/pino-logger.js'
import { safeLogger } from './logging/safe-logger.js'
import { checkOptions } from './options/check-options.js'
import {
  FIXED_LIMITS,
  resolveLimits,
  resolveSignals,
  type ResolvedLimits,
} from './options/defaults.js'
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
import { Identity } from './runtime/identity.js'
import { Lifecycle } from './runtime/lifecycle.js'
import type { RuntimeLimits } from './runtime/limits.js'
import { LiveConnection } from './runtime/live-connection.js'
import { ReservedMessages } from './runtime/reserved-messages.js'
import { RoomHooks } from './runtime/room-hooks.js'
import { closeConnections } from './runtime/shutdown.js'
import { Sweeper } from './runtime/sweeper.js'
import { TopicFanOut } from './runtime/topic-fan-out.js'
import { TurnQueue } from './runtime/turn-queue.js'
import { Readiness } from './runtime/readiness.js'
import { onExitSignals } from './runtime/exit-signals.js'
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
import {
  createNativeApp,
  UwsServer,
  type NativeLimits,
  type SocketHandlers,
} from './uws/uws-server.js'
import { addHealthRoutes } from './uws/health-routes.js'
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
  readonly readiness: Readiness
  /** Ends what is heard of the transport's state. */
  readonly unwatch: (() => void) | undefined
  readonly runtimeOf: (app: ReturnType<typeof compileApp>) => Runtime
}

/** What runs per connection and message. */
interface Runtime {
  readonly dispatcher: Dispatcher
  readonly identity: Identity
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
  const transport = resolveTransport(options.broadcastTransport, container, problems)
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

function createCore(
  { options, limits, logger }: Settings,
  transport: WsBroadcastTransport | undefined,
  native: { app?: NativeApp },
): Core {
  const codec = options.codec
    ? checkedCodec(options.codec, (error) => logger.error({ err: error }, 'the codec failed'))
    : jsonCodec
  const compressFrom = limits.compression ? FIXED_LIMITS.compressFrom : Infinity
  const hooks: { room?: RoomHooks; identity?: Identity } = {}
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
    reauthorize: async (connection) => {
      if (connection instanceof LiveConnection) await hooks.identity?.reauthorize(connection)
    },
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
    const roomHooks = new RoomHooks(host, app, failures)
    hooks.room = roomHooks
    const identity = new Identity({
      ...{ host, failures, authorize: options.authorize, userIdOf: options.userId },
      authorizeTimeout: limits.authorizeTimeout * 1000,
      mayJoin: (connection, room) => roomHooks.beforeJoin(connection, room),
      admitted: (connection) => lifecycle.admit(connection),
    })
    hooks.identity = identity
    const reserved = new ReservedMessages(identity)
    const dispatcher = new Dispatcher({ host, app, failures, reserved })
    const tokenTimeout = limits.authorizeTimeout * 1000
    const lifecycle = new Lifecycle({ host, app, dispatcher, failures, tokenTimeout })
    return { dispatcher, failures, identity, lifecycle }
  }
  const managed = transport && isManaged(transport) ? transport : undefined
  const unwatch = managed && watchTransport(host, managed)
  return { host, fanOut, exchange, readiness: new Readiness(managed), unwatch, runtimeOf }
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
  const { closeFrameTime: linger } = FIXED_LIMITS
  const runtime = core.runtimeOf(compiled)
  const ips = new IpCounts(limits.maxConnectionsPerIp)
  const uws = new UwsServer(native, {
    handlers: socketHandlers(core, runtime),
    limits: nativeLimits(limits),
    upgrader: createUpgrader(settings, host, ips),
    ips,
    logger,
  })
  const http = new WsHttp(native, logger)
  addHealthRoutes(http, settings.options.health, core.readiness)
  const sweeper = new Sweeper(host, runtime.identity, (limits.maxLifetime ?? Infinity) * 1000)
  const everyone =
    exchange &&
    new RoomChannel(exchange, EVERYONE_CHANNEL, (received) => {
      const text = host.codec === jsonCodec ? received.frame : undefined
      host.server.deliver(text ?? host.codec.encode(received.read()))
    })
  return new WsApp({
    ...{ server: host.server, rooms: host.rooms, events: host.events, counters: host.counters },
    container: () => container.container,
    http,
    readiness: core.readiness,
    onSignals: (close) => {
      const signals = resolveSignals(settings.options.signals)
      return signals && onExitSignals({ ...signals, close: () => close(signals), linger, logger })
    },
    start: async (port, address) => {
      await subscribeEveryone(everyone, { port, host: address })
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
      const flush = (): void => core.fanOut.flush()
      await closeConnections({ server: host.server, flush, ...runtime }, drain)
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

async function subscribeEveryone(
  everyone: RoomChannel | undefined,
  address: ListenAddress,
): Promise<void> {
  try {
    await everyone?.acquire()
  } catch (cause) {
    const text = 'listen: the broadcast transport cannot subscribe'
    throw new WsListenError(text, address, { cause })
  }
}

function nativeLimits(limits: ResolvedLimits): NativeLimits {
  const { maxPayload, idleTimeout, compression, backpressure } = limits
  // A close frame gets lost when the native limit is reached: with `close` it lies well above.
  const maxBackpressure =
    backpressure.policy === 'close' ? backpressure.limit * 2 : backpressure.limit
  const { closeFrameTime } = FIXED_LIMITS
  return { maxPayload, idleTimeout, compression, maxBackpressure, closeFrameTime }
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
    userIdOf: options.userId,
    awaitToken: options.awaitToken ?? false,
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
