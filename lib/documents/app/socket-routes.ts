import type { DocumentSocketTraffic } from '../../runtime/document-traffic.js'
import type { DocumentDefinition } from './document-definition.js'

/** The largest frame of a client by default, in bytes: what somebody wrote offline comes in one. */
const MAX_PAYLOAD = 4 * 1024 * 1024

/** Where documents with sockets of their own are. */
export function socketRoutesOf(
  definitions: readonly DocumentDefinition[],
): DocumentSocketTraffic['routes'] {
  return definitions
    .filter(({ settings }) => settings.engines.carrier === 'socket')
    .map(({ pattern, settings }) => ({ pattern, maxPayload: settings.maxMessage ?? MAX_PAYLOAD }))
}
