import { SpanStatusCode, type Span } from '@opentelemetry/api'
import { isServerFault, WsError } from '../errors/ws-error.js'

/**
 * Writes down what a handler threw. An error that blames the client leaves the status unset, as the
 * semantic conventions have it for servers: what was asked was refused, and nothing is broken.
 *
 * @param isAnswered whether the client gets the error as a reply
 */
export function recordFailure(span: Span, error: unknown, isAnswered: boolean): void {
  const code = error instanceof WsError ? error.code : 500
  span.setAttribute('error.type', String(code))
  if (isAnswered) span.setAttribute('rpc.response.status_code', String(code))
  if (error instanceof WsError && !isServerFault(code)) return
  const message = error instanceof Error ? error.message : String(error)
  span.setStatus({ code: SpanStatusCode.ERROR, message })
  if (error instanceof Error) span.recordException(error)
}
