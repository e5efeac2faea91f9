/* eslint-disable no-console -- where tests are run, it is shown with the test it belongs to */
import type { WsLogger } from '../logging/logger.js'

const quiet = (): void => undefined

/** Says what went wrong, and nothing else: a tester looks for the cause of a 500. */
export const testLogger: WsLogger = {
  debug: quiet,
  info: quiet,
  warn: quiet,
  error: (fields, message) => console.error(message, fields),
}
