import type { Clock } from '../async/clock.js'
import { atMost } from '../async/at-most.js'
import { CLOSE_CODES } from '../protocol/close-codes.js'
import { RESERVED_PUSH } from '../protocol/reserved-events.js'
import type { Dispatcher } from './dispatcher.js'
import type { Failures } from './failures.js'
import type { Lifecycle } from './lifecycle.js'
import { LiveConnection } from './live-connection.js'
import { retryAfter } from './retry-after.js'
import type { WsServer } from './ws-server.js'

/** What an orderly end takes. */
export interface ShutdownParts {
  readonly server: WsServer
  readonly dispatcher: Dispatcher
  readonly lifecycle: Lifecycle
  readonly failures: Failures
  readonly clock: Clock
  /** Sends what waits for the end of a turn or of a broadcast window. */
  readonly flush: () => void
}

/** Milliseconds that a drain waits at most for clients to read what has been sent to them. */
const READ_TIME = 1_000
/** Milliseconds between two looks at what they have not read. */
const LOOK_EVERY = 10

/**
 * Closes all connections: with 1001 at once, or after a drain with 1012. In a drain handlers may
 * finish and reply, new messages are refused with 503.
 *
 * @param drain milliseconds to wait for handlers; 0 for none
 */
export async function closeConnections(parts: ShutdownParts, drain: number): Promise<void> {
  const { server, dispatcher, lifecycle, flush, clock } = parts
  dispatcher.stop()
  if (drain > 0) {
    announce(parts)
    await atMost(drain, dispatcher.whenIdle(), clock)
  }
  flush()
  if (drain > 0) await whenRead(parts, Math.min(drain, READ_TIME))
  const code = drain > 0 ? CLOSE_CODES.RESTART : CLOSE_CODES.GOING_AWAY
  const reason = drain > 0 ? 'The server restarts' : 'The server shuts down'
  for (const connection of server.connections()) connection.close(code, reason)
  lifecycle.closeHeld(code, reason)
  await lifecycle.whenIdle()
}

/** Tells those who understand it that they will have to come back, and when. */
function announce({ server, failures }: ShutdownParts): void {
  const connections = server.connections()
  connections.forEach((connection, index) => {
    if (!(connection instanceof LiveConnection) || !connection.speaksV1) return
    const closing = {
      code: CLOSE_CODES.RESTART,
      retryAfter: retryAfter(index, connections.length),
    }
    failures.push(connection, RESERVED_PUSH.CLOSING, '/', closing)
  })
}

/** What waits in this process is lost with it; whoever reads too slowly is not waited for long. */
async function whenRead({ server, clock }: ShutdownParts, milliseconds: number): Promise<void> {
  const until = clock.now() + milliseconds
  const isWaiting = (): boolean =>
    server.connections().some((connection) => connection.bufferedAmount > 0)
  while (isWaiting() && clock.now() < until) {
    await new Promise<void>((resolve) => clock.setTimeout(resolve, LOOK_EVERY))
  }
}
