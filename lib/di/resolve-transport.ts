import type { Problems } from '../errors/problems.js'
import type { WsBroadcastTransport } from '../transports/broadcast-transport.js'
import type { AppContainer } from './app-container.js'
import { resolveGiven } from './resolve-given.js'
import { BroadcastTransport, type InjectionToken } from './tokens.js'

/** Where the fault of a transport is. */
const WHERE = 'createWsApp.broadcastTransport'

/**
 * Finds the transport that the option `broadcastTransport` means: itself, or what the container has
 * under its token. Without the option: what the container has under `BroadcastTransport`, if anything.
 */
export function resolveTransport(
  given: WsBroadcastTransport | InjectionToken<WsBroadcastTransport> | undefined,
  container: AppContainer,
  problems: Problems,
): WsBroadcastTransport | undefined {
  if (given === undefined && !container.has(BroadcastTransport)) return undefined
  if (problems.has(WHERE)) return undefined
  return resolveGiven(given ?? BroadcastTransport, container, {
    what: 'transport',
    methods: ['publish', 'subscribe', 'unsubscribe'],
    where: WHERE,
    problems,
  })
}
