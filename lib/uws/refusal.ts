import type { HttpResponse } from 'uWebSockets.js'
import { isServerFault, WsError } from '../errors/ws-error.js'
import { CLOSE_CODES } from '../protocol/close-codes.js'
import { refusalCodeOf } from '../runtime/refusal-code.js'
import type { HttpRefusal } from './check-upgrade.js'

/** How a connection is closed that was accepted only to say so. */
export interface CloseRefusal {
  readonly code: number
  readonly reason: string
}

const STATUS_TEXT: Record<HttpRefusal['status'], string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  426: 'Upgrade Required',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/**
 * Answers a request by an HTTP error.
 *
 * @param method in lower case: the answer to `head` has no body
 */
export function sendRefusal(response: HttpResponse, refusal: HttpRefusal, method: string): void {
  const { status, reason, headers = {} } = refusal
  response.cork(() => {
    response.writeStatus(`${status} ${STATUS_TEXT[status]}`)
    for (const [name, value] of Object.entries(headers)) response.writeHeader(name, value)
    response.writeHeader('Content-Type', 'text/plain; charset=utf-8')
    // Not `endWithoutBody`: the pinned build takes that for no answer at all, and ends the process.
    response.end(method === 'head' ? '' : `${reason}\n`, true)
  })
}

/** Cuts a request off; it may have been answered already. */
export function closeQuietly(response: HttpResponse): void {
  try {
    response.close()
  } catch {
    // A response that has ended throws when touched, and then there is nothing left to cut.
  }
}

/** What `authorize` threw, as an HTTP answer. */
export function toHttpRefusal(error: unknown): HttpRefusal {
  if (!(error instanceof WsError)) return { status: 500, reason: 'Internal Error' }
  const { code, message } = error
  if (code === 401 || code === 408 || code === 429 || code === 503) {
    return { status: code, reason: singleLine(message) }
  }
  return isServerFault(code)
    ? { status: 500, reason: singleLine(message) }
    : { status: 403, reason: singleLine(message) }
}

/** What `authorize` threw, as a close code. */
export function toCloseRefusal(error: unknown): CloseRefusal {
  if (!(error instanceof WsError)) {
    return { code: CLOSE_CODES.INTERNAL_ERROR, reason: 'Internal Error' }
  }
  return { code: refusalCodeOf(error.code), reason: error.message }
}

function singleLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ')
}
