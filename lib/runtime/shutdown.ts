import { atMost } from '../async/at-most.js'
import { CLOSE_CODES } from '../protocol/close-codes.js'
import { RESERVED_PUSH } from '../protocol/reserved-events.js'
import type { Dispatcher } from './dispatcher.js'
import type { Failures } from './failures.js'
import type { Lifecycle } from './lifecycle.js'
import { LiveConnection } from './live-connection.js'
import type { WsServer } from './ws-server.js'

/** What an orderly end takes. */
export interface ShutdownParts {
  readonly server: WsServer
  readonly dispatcher: Dispatcher
  readonly lifecycle: Lifecycle
  readonly failures: Failures
}

/** Milliseconds that clients are asked to stay away. */
const RETRY_AFTER = 1_000

/**
 * Closes all connections: with 1001 at once, or after a drain with 1012. In a drain handlers may
 * finish and reply, new messages are refused with 503.
 *
 * @param drain milliseconds to wait for handlers; 0 for none
 */
export async function closeConnections(parts: ShutdownParts, drain: number): Promise<void> {
  const { server, dispatcher, lifecycle, failures } = parts
  dispatcher.stop()
  const code = drain > 0 ? CLOSE_CODES.RESTART : CLOSE_CODES.GOING_AWAY
  if (drain > 0) {
    for (const connection of server.connections()) {
      if (connection instanceof LiveConnection && connection.speaksV1) {
        failures.push(connection, RESERVED_PUSH.CLOSING, '/', { code, retryAfter: RETRY_AFTER })
      }
    }
    await atMost(drain, dispatcher.whenIdle())
  }
  const reason = drain > 0 ? 'The server restarts' : 'The server shuts down'
  for (const connection of server.connections()) connection.close(code, reason)
  await lifecycle.whenIdle()
}
