/**
 * The close codes Enfilade uses. A 4xxx code is final: a client does not reconnect. Any other code
 * but 1000 is worth another try after a pause.
 */
export const CLOSE_CODES = {
  /** The server shuts down. */
  GOING_AWAY: 1001,
  /** A message was larger than `maxPayload`. uWebSockets.js cuts the socket: peers may see 1006. */
  TOO_BIG: 1009,
  /** A connection handler failed. */
  INTERNAL_ERROR: 1011,
  /** The server restarts after a drain. */
  RESTART: 1012,
  /** Slow consumer, overload or rate limit: try again later. */
  TRY_AGAIN_LATER: 1013,
  /** The client broke the protocol. */
  PROTOCOL_VIOLATION: 4400,
  /** Not authenticated. */
  UNAUTHORIZED: 4401,
  /** Refused. */
  FORBIDDEN: 4403,
  /** `authorize` took too long. */
  TIMEOUT: 4408,
  /** Replaced by a newer connection of the same session. */
  REPLACED: 4409,
  /** The client's code is too old for the document: it has to be reloaded. */
  OUTDATED: 4426,
} as const

/** RFC 6455, 7.4.1: what was to be done is done. */
export const NORMAL_CLOSE = 1000

/** RFC 6455, 5.5: a control frame holds 125 bytes, two of which are the code. */
const MAX_REASON_BYTES = 123

/**
 * Cuts a close reason to the 123 bytes that a close frame can hold, never through a code point. What
 * is half a code point already is replaced: clients take broken UTF-8 for a broken protocol.
 */
export function truncateReason(reason: string): string {
  const text = reason.toWellFormed()
  if (text.length * 3 <= MAX_REASON_BYTES) return text
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(MAX_REASON_BYTES))
  return text.slice(0, read)
}

/** Whether an endpoint may send this code (RFC 6455, 7.4; 1005, 1006 and 1015 never travel). */
export function isSendableCloseCode(code: number): boolean {
  if (!Number.isInteger(code)) return false
  if (code >= 3000 && code <= 4999) return true
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006
}
