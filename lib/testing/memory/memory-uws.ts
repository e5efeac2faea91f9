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
  const uws = {
    App: () => app,
    SSLApp: () => app,
    us_listen_socket_close: (socket: ListenSocket) => socket.stop(),
    us_socket_local_port: ({ port }: ListenSocket) => port || SOME_PORT,
    DISABLED: 0,
    SHARED_COMPRESSOR: 0,
    SHARED_DECOMPRESSOR: 0,
    LIBUS_LISTEN_EXCLUSIVE_PORT: 0,
  }
  return { app, uws: uws as unknown as UwsModule }
}
