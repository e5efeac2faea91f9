import { findRole, settingsFor, transportOf, withRole } from './app-role.js'
import { documentSockets } from './app-document-sockets.js'
import { createCore, type Core, type Runtime, type Settings } from './app-core.js'
import type { AsyncApiOptions, AsyncApiSource } from './asyncapi/asyncapi-document.js'
import { atMost } from './async/at-most.js'
import type { Clock } from './async/clock.js'
import { compileApp } from './compile/compile-app.js'
import { listRoutes } from './compile/list-routes.js'
import { AppContainer } from './di/app-container.js'
import { resolveTransport } from './di/resolve-transport.js'
import { BroadcastTransport, WorkerOwners } from './di/tokens.js'
import { Problems } from './errors/problems.js'
import { errorText } from './errors/show-value.js'
import { silentLogger } from './logging/logger.js'
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
import { WsRoomManager } from './rooms/ws-room-manager.js'
import { machine, type Platform } from './platform.js'
import { compilePathMatcher } from './routing/path-matcher.js'
import type { AppHost } from './runtime/app-host.js'
import { LiveConnection } from './runtime/live-connection.js'
import { closeConnections } from './runtime/shutdown.js'
import { Sweeper } from './runtime/sweeper.js'
import { onExitSignals } from './runtime/exit-signals.js'
import { WsDocuments } from './runtime/ws-documents.js'
import { WsServer } from './runtime/ws-server.js'
import { compileOriginCheck } from './uws/check-origin.js'
import { WsHttp } from './uws/http-routes.js'
import { Aside } from './uws/aside.js'
import { IpCounts } from './uws/ip-counts.js'
import type { NativeApp } from './uws/native.js'
import { compileAddressReader } from './uws/remote-address.js'
import { Upgrader, type UpgradePolicy } from './uws/upgrader.js'
import type { NativeLimits, SocketHandlers } from './uws/route-sockets.js'
import { createNativeApp, UwsServer } from './uws/uws-server.js'
import { addHealthRoutes, addWorkersRoute } from './uws/health-routes.js'
import { WsApp, type CloseOptions, type WsAppParts } from './ws-app.js'

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
  return new WsApp(buildApp(options, machine))
}

/** Builds all that an app consists of, on this machine or on one that is made up. */
export function buildApp(options: WsAppOptions, platform: Platform): WsAppParts {
  const problems = new Problems()
  if (!checkOptions(options, problems)) problems.throwIfAny()
  const read = readSettings(options, platform, problems)
  const container = new AppContainer(isUsable(options.container) ? options.container : undefined)
  const role = findRole(options, read, problems)
  const settings = settingsFor(role, read, problems)
  const given = resolveTransport(options.broadcastTransport, container, problems)
  const own = role && !given ? transportOf(role, settings.logger) : undefined
  const transport = given ?? own
  if (transport) container.register(BroadcastTransport, transport)
  // Who has a transport of its own may have processes on other machines.
  if (own && role?.owners) container.register(WorkerOwners, role.owners)
  const native: { app?: NativeApp } = {}
  const core = createCore(settings, transport, native)
  container.register(WsServer, core.host.server)
  container.register(WsRoomManager, core.host.rooms)
  container.register(WsDocuments, core.documents)
  const compiled = compileApp({
    controllers: Array.isArray(options.controllers) ? options.controllers : [],
    use: Array.isArray(options.use) ? options.use : [],
    container,
    rooms: core.host.rooms,
    handlerTimeout: settings.limits.handlerTimeout ?? 0,
    problems,
    warn: (text) => settings.logger.warn({}, text),
  })
  native.app = createNativeApp(platform.loadUws(), options.tls)
  const parts: WsAppParts = {
    ...assemble(settings, core, { container, native: native.app, compiled }),
    routes: () => listRoutes(options.controllers, options.use),
  }
  addWorkersRoute(parts.http, options.health, () => role?.status() ?? Promise.resolve([]))
  return role ? withRole(parts, role, own) : parts
}

function readSettings(options: WsAppOptions, platform: Platform, problems: Problems): Settings {
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
    platform,
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

/** What is built once the decorators have been found right. */
interface Built {
  readonly container: AppContainer
  readonly native: NativeApp
  readonly compiled: ReturnType<typeof compileApp>
}

function assemble(
  settings: Settings,
  core: Core,
  { container, native, compiled }: Built,
): Omit<WsAppParts, 'routes'> {
  const { limits, logger } = settings
  const { clock } = settings.platform
  const { host, cluster } = core
  const runtime = core.runtimeOf(compiled)
  const handlers = socketHandlers(core, runtime)
  const uws = createSockets(settings, host, { native, handlers, compiled, runtime })
  const http = new WsHttp(native, logger)
  addHealthRoutes(http, settings.options.health, core.readiness)
  const sweeper = new Sweeper(host, runtime.identity, (limits.maxLifetime ?? Infinity) * 1000)
  return {
    ...{ clock, server: host.server, rooms: host.rooms, events: host.events },
    ...{ counters: host.counters, documents: core.documents },
    container: () => container.container,
    describe: async (given) => {
      const { serveAsyncapi } = await import('./asyncapi/serve-asyncapi.js')
      return serveAsyncapi(sourceOf(settings.options, host, given), http)
    },
    ...{ http, readiness: core.readiness, closePort: () => uws.closePort() },
    onSignals: (close) => hearSignals(settings, close),
    start: async (port, address, isShared) => {
      try {
        await cluster?.open({ port, host: address })
        const actual = await uws.listen({ port, host: address }, isShared)
        sweeper.start()
        cluster?.start()
        return actual
      } catch (error) {
        await cluster?.close()
        throw error
      }
    },
    stop: async (drain) => {
      uws.stopListening()
      runtime.recovery?.stop()
      const flush = (): void => core.fanOut.flush()
      await closeConnections({ server: host.server, flush, clock, ...runtime }, drain)
      sweeper.stop()
      runtime.memberships.close()
      host.rooms.shared?.close()
      await handOver(runtime.recovery, clock)
      const unsaved = await saveDocuments(runtime.documents, clock)
      // The transport may be disposed of next; one that hangs keeps no app from closing.
      await atMost(FIXED_LIMITS.unsubscribeTimeout, cluster?.close() ?? Promise.resolve(), clock)
      core.unwatch?.()
      uws.close()
      await container.dispose()
      if (unsaved) throw unsaved
    },
  }
}

/** What sockets are made for. */
interface SocketSource extends Pick<Built, 'native' | 'compiled'> {
  readonly handlers: SocketHandlers
  readonly runtime: Runtime
}

function createSockets(
  settings: Settings,
  host: AppHost,
  { native, handlers, compiled, runtime }: SocketSource,
): UwsServer {
  const { limits, logger, platform } = settings
  const ips = new IpCounts(limits.maxConnectionsPerIp)
  const uws = platform.loadUws()
  const aside = platform.hasNativeSockets ? new Aside(uws) : undefined
  const policy = { ...upgradePolicy(settings, host, ips), aside }
  const { clock } = platform
  const parts = { limits: nativeLimits(limits), aside, ips, clock, logger, uws }
  const upgrader = new Upgrader(policy)
  const others = documentSockets({ host, compiled, runtime, policy })
  return new UwsServer(native, { ...parts, handlers, upgrader, others })
}

/** @returns how to hear them no longer; `undefined` when they are not wanted */
function hearSignals(
  { options, platform, logger }: Settings,
  close: (options: CloseOptions) => Promise<void>,
): (() => void) | undefined {
  const signals = platform.hearsSignals ? resolveSignals(options.signals) : undefined
  const { closeFrameTime: linger } = FIXED_LIMITS
  return signals && onExitSignals({ ...signals, close: () => close(signals), linger, logger })
}

/** Other processes may continue what this one does not. */
async function handOver(recovery: Runtime['recovery'], clock: Clock): Promise<void> {
  if (recovery) await atMost(FIXED_LIMITS.sessionsTimeout, recovery.settle(), clock)
}

/** Brings documents to their storages. @returns why some are not there */
async function saveDocuments(
  documents: Runtime['documents'],
  clock: Clock,
): Promise<Error | undefined> {
  if (!documents) return undefined
  let unsaved: Error | undefined = new Error('the storage of documents does not answer')
  const saved = documents.closeAll().then(
    () => (unsaved = undefined),
    (error: unknown) => (unsaved = error as Error),
  )
  await atMost(
    FIXED_LIMITS.documentsTimeout,
    saved.then(() => undefined),
    clock,
  )
  return unsaved
}

/** What one turn of the event loop may publish to one socket, whatever else waits. */
const TURN_BYTES = 16 * 1024 * 1024

function nativeLimits({
  maxPayload,
  idleTimeout,
  compression,
  backpressure,
}: ResolvedLimits): NativeLimits {
  const { limit } = backpressure
  // uWebSockets.js does not tell what it drops, and a close frame above its limit gets lost.
  const maxBackpressure = Math.max(limit * 2, limit + TURN_BYTES)
  const { closeFrameTime } = FIXED_LIMITS
  const isCompressing = compression !== false
  return { maxPayload, idleTimeout, compression: isCompressing, maxBackpressure, closeFrameTime }
}

function socketHandlers({ host }: Core, { dispatcher, lifecycle }: Runtime): SocketHandlers {
  return {
    create: (socket, identity) => new LiveConnection(host, socket, identity),
    opened: (connection, revoked) => lifecycle.opened(connection, revoked),
    received: (connection, frame) => dispatcher.receive(connection, frame),
    pinged: (connection) => void dispatcher.countMessage(connection),
    drained: (connection) => {
      connection.drained()
      host.streams.drained(connection)
    },
    dropped: (connection) => connection.lost(),
    closed: (connection, code, reason) => {
      connection.forgetDetour()
      host.streams.ended(connection)
      lifecycle.closed(connection, code, reason)
    },
  }
}

function upgradePolicy(
  { options, platform, limits, logger, matchPath, readAddress }: Settings,
  host: AppHost,
  ips: IpCounts,
): Omit<UpgradePolicy, 'aside'> {
  return {
    authorize: platform.admit(options.authorize),
    userIdOf: options.userId,
    awaitToken: options.awaitToken ?? false,
    refuse: options.refuse ?? 'close',
    checkOrigin: compileOriginCheck(options.origins),
    matchPath,
    readAddress,
    ips,
    revocations: host.server.revocations,
    authorizeTimeout: limits.authorizeTimeout * 1000,
    clock: host.clock,
    subprotocols: host.encodings.subprotocols,
    logger,
    counters: host.counters,
    events: host.events,
  }
}

/** What an app is described from. */
function sourceOf(
  { controllers, authorize }: WsAppOptions,
  { encodings: { subprotocols } }: AppHost,
  options: AsyncApiOptions,
): AsyncApiSource {
  return { controllers, options, subprotocols, isGuarded: authorize !== undefined }
}
