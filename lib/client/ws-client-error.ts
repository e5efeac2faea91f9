/**
 * Why a call failed: the server's error reply, or 408 (no reply in time), 413 (larger than the server
 * takes), 429 (too many messages wait for the connection) and 503 (connection lost or closed) from
 * the client itself.
 */
export class WsClientError extends Error {
  override readonly name = 'WsClientError'
  readonly code: number
  /** What the server sent along. */
  readonly details?: unknown

  constructor(code: number, message: string, details?: unknown) {
    super(message)
    this.code = code
    if (details !== undefined) this.details = details
  }
}

/** Whether the same may succeed a moment later. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof WsClientError)) return false
  const { code } = error
  return code === 408 || code === 429 || (code >= 500 && code <= 599)
}
