import { CliError, EXIT_CODES } from './cli-error.js'
import type { CliIo } from './cli-io.js'
import { loadApp } from './load-app.js'

/**
 * Serves an app in a process that a supervisor has started, and which listens where that says.
 *
 * @param address what the app is told, which a supervisor overrules
 */
export async function serveAsWorker(
  file: string,
  io: CliIo,
  { port, host }: { readonly port: number; readonly host?: string | undefined },
): Promise<number> {
  try {
    const app = await loadApp(file, io.cwd)
    await listen(() => app.serve(port, host))
    return EXIT_CODES.OK
  } catch (error) {
    // Once this has been told: half an app may have left something that keeps the process alive.
    setImmediate(() => setImmediate(() => process.exit(EXIT_CODES.FAILURE)))
    throw error
  }
}

/** An address that cannot be had is no fault of this program. */
export async function listen<T>(start: () => Promise<T>): Promise<T> {
  try {
    return await start()
  } catch (error) {
    // By their names: the package may be there twice.
    const { name, message } = error as Error
    if (name !== 'WsListenError' && name !== 'WsStateError') throw error
    throw new CliError(message, undefined, { cause: error })
  }
}
