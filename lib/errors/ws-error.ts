import { ERROR_CODES } from './error-codes.js'
import { showValue } from './show-value.js'

/**
 * An error meant for the client: thrown by a handler, a guard, a hook or `authorize`, it travels
 * as `{ code, message, details? }`. Everything else that is thrown reaches the client as
 * `500 Internal Error` only.
 *
 * Most errors are an answer, not a defect, and may be thrown for every message a client sends: they
 * carry no stack trace, which would cost twenty times the error itself (about 9 µs against 0.4 µs on
 * Node 20). Codes from 500 to 599 keep theirs.
 *
 * @throws TypeError when `code` is not an integer
 */
export class WsError extends Error {
  override readonly name = 'WsError'
  readonly code: number
  /** Anything the codec can encode; sent to the client. */
  readonly details?: unknown

  /**
   * @param code an HTTP-like code, or an integer of your own
   * @param message sent to the client; default: the standard text of the code
   * @param details sent to the client as they are
   */
  constructor(code: number, message?: string, details?: unknown) {
    if (!Number.isInteger(code)) {
      throw new TypeError(`WsError: code must be an integer, got ${String(code)}`)
    }
    // Written out first: nothing may throw while no error has a stack.
    const text = textOf(code, message)
    const limit = Error.stackTraceLimit
    if (!isServerFault(code)) Error.stackTraceLimit = 0
    super(text)
    Error.stackTraceLimit = limit
    this.code = code
    if (details !== undefined) this.details = details
  }
}

/** Whether a code says that the server is to blame: 500 to 599. Codes of your own are answers. */
export function isServerFault(code: number): boolean {
  return code >= 500 && code <= 599
}

function textOf(code: number, message: unknown): string {
  if (message !== undefined && message !== null) {
    return typeof message === 'string' ? message : showValue(message)
  }
  return (ERROR_CODES as Record<number, string | undefined>)[code] ?? `Error ${code}`
}
