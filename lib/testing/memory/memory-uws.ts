import type { Clock } from '../../async/clock.js'
import type { UwsModule } from '../../uws/native.js'
import { MemoryApp, type ListenSocket } from './memory-app.js'

/** What an app is told when it asks for any free port. */
const SOME_PORT = 65_535

/** Stands for uWebSockets.js: one app, in memory. */
export interface MemoryUws {
  readonly uws: UwsModule
  readonly app: MemoryApp
}

export function createMemoryUws(clock: Clock): MemoryUws {
  const app = new MemoryApp(clock)
  const create = (): MemoryApp => app
  const uws = {
    App: create,
    SSLApp: create,
    us_listen_socket_close: stop,
    us_socket_local_port: portOf,
    DISABLED: 0,
    SHARED_COMPRESSOR: 0,
    SHARED_DECOMPRESSOR: 0,
    LIBUS_LISTEN_EXCLUSIVE_PORT: 0,
  }
  return { app, uws: uws as unknown as UwsModule }
}

function stop(socket: ListenSocket): void {
  socket.stop()
}

function portOf({ port }: ListenSocket): number {
  return port === 0 ? SOME_PORT : port
}
