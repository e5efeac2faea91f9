import type { WsLogger, WsLogMethod } from './logger.js'

/** A logger that throws must not keep a socket from being closed: its throws end here. */
export function safeLogger(logger: WsLogger): WsLogger {
  const safe =
    (level: keyof WsLogger): WsLogMethod =>
    (fields, message) => {
      try {
        logger[level](fields, message)
      } catch {
        // There is no logger left to tell of it.
      }
    }
  return { debug: safe('debug'), info: safe('info'), warn: safe('warn'), error: safe('error') }
}
