import { container as globalContainer } from 'tsyringe'
import type { DependencyContainer } from 'tsyringe'
import { compileApp } from '../../lib/compile/compile-app.js'
import { AppContainer } from '../../lib/di/app-container.js'
import { Problems } from '../../lib/errors/problems.js'
import { WsDefinitionError, type DefinitionProblem } from '../../lib/errors/ws-definition-error.js'
import { silentLogger } from '../../lib/logging/logger.js'
import { jsonCodec } from '../../lib/protocol/codec.js'
import { WsRoomManager } from '../../lib/rooms/ws-room-manager.js'
import type { AppHost } from '../../lib/runtime/app-host.js'
import type { CompiledApp } from '../../lib/runtime/route.js'
import { LiveConnection } from '../../lib/runtime/live-connection.js'
import type { WsConnection } from '../../lib/runtime/ws-connection.js'
import { WsContext } from '../../lib/runtime/ws-context.js'
import { createHost, FakeSocket } from './fake-connection.js'

/** What controllers are compiled with, besides themselves. */
export interface CompileOptions {
  use?: readonly unknown[]
  /** A child of it is used. Default: the global container. */
  container?: DependencyContainer
}

/** A compiled app without sockets: messages are handed to their routes directly. */
export interface CompiledControllers {
  app: CompiledApp
  host: AppHost
  rooms: WsRoomManager<WsConnection>
  connection: LiveConnection
  socket: FakeSocket
  /** Runs the route of a message; returns (or rejects with) what the route does. */
  run(event: string, path: string, data?: unknown): unknown
}

/** Compiles controllers as `createWsApp` does. */
export function compileControllers(
  controllers: readonly unknown[],
  { use = [], container = globalContainer }: CompileOptions = {},
): CompiledControllers {
  const rooms = new WsRoomManager<WsConnection>({ codec: jsonCodec })
  const host = createHost({ rooms, logger: silentLogger })
  const app = compileApp({
    controllers,
    use,
    container: new AppContainer(container.createChildContainer()),
    rooms,
    problems: new Problems(),
  })
  const socket = new FakeSocket()
  const connection = new LiveConnection(host, socket, {
    session: { name: 'Ann' },
    remoteAddress: '192.0.2.1',
    subprotocol: '',
  })
  const run = (event: string, path: string, data?: unknown): unknown => {
    const match = app.match(event, path)
    if (!match) throw new Error(`no route for ${event} ${path}`)
    const { route, params = {}, raw: rawParams } = match
    const parts = { event, path, params, rawParams, data, id: 1, raw: '' }
    return route.run(new WsContext(host, 'message', connection, route, parts))
  }
  return { app, host, rooms, connection, socket, run }
}

/** The report of what is wrong with controllers; fails when nothing is. */
export function definitionError(
  controllers: readonly unknown[],
  options?: CompileOptions,
): WsDefinitionError {
  try {
    compileControllers(controllers, options)
  } catch (error) {
    if (error instanceof WsDefinitionError) return error
    throw error
  }
  throw new Error('nothing was found wrong')
}

/** The problems of {@link definitionError}. */
export function problemsOf(
  controllers: readonly unknown[],
  options?: CompileOptions,
): readonly DefinitionProblem[] {
  return definitionError(controllers, options).problems
}
