import { isServerFault } from '../errors/ws-error.js'
import { CLOSE_CODES } from '../protocol/close-codes.js'

/** How a connection is closed when `authorize` throws a `WsError` of this code. */
export function refusalCodeOf(code: number): number {
  if (code === 401) return CLOSE_CODES.UNAUTHORIZED
  if (code === 408) return CLOSE_CODES.TIMEOUT
  if (code === 429 || code === 503) return CLOSE_CODES.TRY_AGAIN_LATER
  return isServerFault(code) ? CLOSE_CODES.INTERNAL_ERROR : CLOSE_CODES.FORBIDDEN
}
