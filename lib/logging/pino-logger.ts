import { createRequire } from 'node:module'
import type { pino } from 'pino'
import type { WsLogger } from './logger.js'

type Level = keyof WsLogger

/**
 * The default logger. pino is loaded with the first line that is written, since an app that has
 * nothing to say should not pay for it at start-up.
 */
export function createPinoLogger(): WsLogger {
  let logger: WsLogger | undefined
  const write =
    (level: Level) =>
    (fields: object, message: string): void => {
      logger ??= load()
      logger[level](fields, message)
    }
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  }
}

function load(): WsLogger {
  const require = createRequire(import.meta.url)
  const create = require('pino') as typeof pino
  return create({ name: 'enfilade', level: process.env.LOG_LEVEL ?? 'info' })
}
