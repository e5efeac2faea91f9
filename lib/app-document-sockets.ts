import { chooseSubprotocol } from './protocol/subprotocol.js'
import { CLOSE_CODES } from './protocol/close-codes.js'
import type { Runtime } from './app-core.js'
import type { AppHost } from './runtime/app-host.js'
import type { DocumentSocketTraffic } from './runtime/document-traffic.js'
import { Lifecycle } from './runtime/lifecycle.js'
import type { LiveConnection } from './runtime/live-connection.js'
import type { CompiledApp } from './runtime/route.js'
import { SocketConnection } from './runtime/socket-connection.js'
import { Upgrader, type UpgradePolicy } from './uws/upgrader.js'
import type { SocketHandlers, SocketRoute } from './uws/route-sockets.js'

/** What documents with sockets of their own are let in by. */
export interface DocumentSocketSource {
  readonly host: AppHost
  readonly compiled: CompiledApp
  readonly runtime: Runtime
  /** That of the app. */
  readonly policy: UpgradePolicy
}

/** The routes of documents that clients reach by sockets of their own. */
export function documentSockets(source: DocumentSocketSource): SocketRoute[] {
  const { host, runtime, policy } = source
  const { sockets } = runtime.documents ?? {}
  if (!sockets) return []
  const handlers = handlersOf(source, sockets)
  const upgrader = new Upgrader({
    ...policy,
    // There is no message that could bring one.
    awaitToken: false,
    // A client of the app may well connect there, and talk of other documents.
    matchPath: (path, request) => {
      const offered = request.header('sec-websocket-protocol')
      const isOfApp = chooseSubprotocol(offered, host.encodings.subprotocols) !== ''
      return isOfApp ? undefined : sockets.match(path)
    },
  })
  const largest = new Map<string, number>()
  for (const { pattern, maxPayload } of sockets.routes) {
    const below = staticPrefix(pattern)
    largest.set(below, Math.max(largest.get(below) ?? 0, maxPayload))
  }
  return [...largest].map(([below, maxPayload]) => ({
    ...{ pattern: `${below}*`, maxPayload, handlers, upgrader },
  }))
}

function handlersOf(
  { host, compiled, runtime }: DocumentSocketSource,
  sockets: DocumentSocketTraffic,
): SocketHandlers {
  const { dispatcher, failures } = runtime
  // Connect handlers are for those who talk to controllers.
  const app = { ...compiled, connect: [], disconnect: [] }
  const lifecycle = new Lifecycle({ host, app, dispatcher, failures, tokenTimeout: 0 })
  const own = (work: (connection: SocketConnection) => void) => (connection: LiveConnection) => {
    if (connection instanceof SocketConnection && !connection.isEnding) work(connection)
  }
  return {
    create: (socket, identity) => new SocketConnection(host, socket, identity),
    opened: (connection, revoked) => {
      lifecycle.opened(connection, revoked)
      own((one) => sockets.enter(one))(connection)
    },
    received: (connection, frame) => {
      host.counters.messages++
      own((one) => {
        if (dispatcher.countMessage(one)) sockets.receive(one, frame)
        // One that is left out is missed for good: who connects again asks for all.
        else one.evict(CLOSE_CODES.TRY_AGAIN_LATER, 'Rate limit')
      })(connection)
    },
    pinged: (connection) => void dispatcher.countMessage(connection),
    drained: () => undefined,
    dropped: (connection) => connection.lost(),
    closed: (connection, code, reason) => lifecycle.closed(connection, code, reason),
  }
}

/** What all paths of a pattern begin with, up to a slash. */
function staticPrefix(pattern: string): string {
  const fixed = /^[^:*{}()[\]?+!\\]*/.exec(pattern)?.[0] ?? '/'
  return fixed.slice(0, fixed.lastIndexOf('/') + 1) || '/'
}
