import type {
  TransportStatusChange,
  WsManagedTransport,
} from '../transports/broadcast-transport.js'
import type { AppHost } from './app-host.js'

const LEVELS = { connecting: 'info', ready: 'info', degraded: 'warn', down: 'error' } as const

/**
 * Tells log and listeners how a transport stands to its broker, and what was lost.
 *
 * @returns a function that ends it
 */
export function watchTransport(
  { logger, events }: Pick<AppHost, 'logger' | 'events'>,
  transport: WsManagedTransport,
): () => void {
  const log = ({ status, cause }: Pick<TransportStatusChange, 'status' | 'cause'>): void => {
    logger[LEVELS[status]](cause ? { err: cause } : {}, `the broadcast transport is ${status}`)
  }
  // It may have been made, and have failed, before the app was.
  if (transport.status === 'down') log(transport)
  const ends = [
    transport.onStatus((change) => {
      log(change)
      events.emit('transport', change)
    }),
    transport.onGap((gap) => events.emit('gap', gap)),
  ]
  return () => ends.forEach((end) => end())
}
