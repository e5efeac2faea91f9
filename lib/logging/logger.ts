/** Writes one line: fields first, then the text, as pino has it. */
export type WsLogMethod = (fields: object, message: string) => void

/**
 * What Enfilade logs to: any logger with pino's shape. Tokens, cookies and message bodies are never
 * handed to it.
 */
export interface WsLogger {
  debug: WsLogMethod
  info: WsLogMethod
  warn: WsLogMethod
  error: WsLogMethod
}

/** Says nothing: `logger: false`. */
export const silentLogger: WsLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}
