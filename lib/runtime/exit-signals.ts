import type { WsLogger } from '../logging/logger.js'

/** What the operating system's wish to end the process leads to. */
export interface ExitSignals {
  readonly signals: readonly NodeJS.Signals[]
  /** Closes the app. */
  readonly close: () => Promise<void>
  /** Milliseconds from then on until the last close frames are on their way. */
  readonly linger: number
  readonly logger: WsLogger
  /** Default: this process. */
  readonly process?: ExitProcess
}

/** What is needed of a process. */
export interface ExitProcess {
  exitCode?: number | string | null | undefined
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown
  exit(code?: number): unknown
}

/**
 * Milliseconds in which a signal that comes again is the same one: with Ctrl+C in `npm start` the
 * terminal and npm send one each.
 */
const SAME = 500

/** How many apps of a process close because of a signal: it ends with the last of them. */
const closing = new WeakMap<ExitProcess, number>()

/**
 * Closes an app when a signal comes, and then ends the process: with code 0, or with 1 when closing
 * failed. A second signal ends it at once.
 *
 * @returns a function that ends the listening
 */
export function onExitSignals(parts: ExitSignals): () => void {
  const { signals, process: target = process } = parts
  let first: { readonly signal: NodeJS.Signals; readonly at: number } | undefined
  const listener = (signal: NodeJS.Signals): void => {
    const now = performance.now()
    if (!first) {
      first = { signal, at: now }
      void closeAndExit(parts, target, signal)
    } else if (signal !== first.signal || now - first.at > SAME) {
      parts.logger.warn({ signal }, 'a second signal: the process ends at once')
      const { constants } = process.getBuiltinModule('node:os')
      target.exit(128 + constants.signals[signal])
    }
  }
  for (const signal of signals) target.on(signal, listener)
  return () => {
    // Until the process has ended, a second signal is to be heard.
    if (first) return
    for (const signal of signals) target.off(signal, listener)
  }
}

/** Never rejects. */
async function closeAndExit(
  { close, linger, logger }: ExitSignals,
  target: ExitProcess,
  signal: NodeJS.Signals,
): Promise<void> {
  closing.set(target, (closing.get(target) ?? 0) + 1)
  logger.info({ signal }, 'the app closes')
  try {
    await close()
    await new Promise((resolve) => setTimeout(resolve, linger))
    logger.info({ signal }, 'the app has closed')
  } catch (error) {
    logger.error({ err: error, signal }, 'the app could not be closed in order')
    target.exitCode = 1
  }
  const left = (closing.get(target) ?? 1) - 1
  closing.set(target, left)
  if (left === 0) target.exit()
}
