import type { WsLogger, WsLogMethod } from 'enfilade'

/** For a terminal in which somebody watches: a line each, with the cause in it and without its stack. */
export function createPlainLogger(name: string): WsLogger {
  const tell: WsLogMethod = (fields, message) => {
    const { err } = fields as { err?: unknown }
    console.log(`${name}: ${message}${err instanceof Error ? ` (${err.message})` : ''}`)
  }
  return { debug: () => undefined, info: tell, warn: tell, error: tell }
}
