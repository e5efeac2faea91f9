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
  const { LOG_LEVEL: level = 'info' } = process.env
  if (level === 'silent' || Object.hasOwn(create.levels.values, level)) {
    return create({ name: 'enfilade', level })
  }
  // pino would throw, and a logger that throws is not heard.
  const logger = create({ name: 'enfilade', level: 'info' })
  logger.warn({ level }, `LOG_LEVEL "${level}" is no level; logging at info`)
  return logger
}
