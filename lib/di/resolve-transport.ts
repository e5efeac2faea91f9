import type { Problems } from '../errors/problems.js'
import { errorText, showValue } from '../errors/show-value.js'
import type { WsBroadcastTransport } from '../transports/broadcast-transport.js'
import type { AppContainer } from './app-container.js'
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
  if (isTransport(given)) return given
  if (problems.has(WHERE)) return undefined
  const token = given ?? BroadcastTransport
  if (typeof token === 'function') container.adopt(token)
  if (!container.has(token)) {
    if (given === undefined) return undefined
    const mend = 'register a transport under it before createWsApp, or pass the transport itself'
    problems.add(WHERE, `${showValue(token)} is not registered`, mend)
    return undefined
  }
  try {
    const transport: unknown = container.resolve(token)
    if (isTransport(transport)) return transport
    problems.add(
      WHERE,
      `what ${showValue(token)} resolves to is no transport`,
      'a transport has publish, subscribe and unsubscribe',
    )
  } catch (error) {
    problems.add(WHERE, errorText(error), 'the transport has to be resolvable')
  }
  return undefined
}

function isTransport(value: unknown): value is WsBroadcastTransport {
  if (typeof value !== 'object' || value === null) return false
  const { publish, subscribe, unsubscribe } = value as Record<string, unknown>
  return [publish, subscribe, unsubscribe].every((method) => typeof method === 'function')
}
