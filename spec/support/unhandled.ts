/**
 * Preloaded into a child process (see `fork`): tells the parent about every uncaught exception and
 * unhandled rejection and keeps the process alive, so that a spec can count them all.
 */

/** What a child process failed to catch. */
export interface Unhandled {
  origin: 'uncaughtException' | 'unhandledRejection'
  /** The stack, or the value as text when it is no Error. */
  error: string
}

/** The message that carries an `Unhandled` to the parent. */
export interface UnhandledMessage {
  unhandled: Unhandled
}

/** Tells the messages of this module from the child's own. */
export function isUnhandledMessage(message: unknown): message is UnhandledMessage {
  return typeof message === 'object' && message !== null && 'unhandled' in message
}

/** Starts to report; runs in the child. */
function reportUnhandled(): void {
  // Unhandled rejections come here too, with their origin, as long as nobody listens for them.
  process.on('uncaughtException', (error: unknown, origin) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    process.send?.({ unhandled: { origin, error: text } } satisfies UnhandledMessage)
  })
}

if (process.env.REPORT_UNHANDLED === 'true') reportUnhandled()
