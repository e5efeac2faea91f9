import { guarded } from '../async/maybe-promise.js'
import type { WsLogger, WsLogMethod } from './logger.js'

/** A logger that fails must not keep a socket from being closed: its throws and rejections end here. */
export function safeLogger(logger: WsLogger): WsLogger {
  const safe =
    (level: keyof WsLogger): WsLogMethod =>
    (fields, message) =>
      // There is no logger left to tell of it.
      void guarded(
        () => logger[level](fields, message),
        () => undefined,
      )
  return { debug: safe('debug'), info: safe('info'), warn: safe('warn'), error: safe('error') }
}
