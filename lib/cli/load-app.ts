import { statSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { errorText } from '../errors/show-value.js'
import type { WsApp } from '../ws-app.js'
import { CliError, usageError } from './cli-error.js'

/** What Node says of a file whose language it does not know. */
const UNKNOWN_EXTENSION = 'ERR_UNKNOWN_FILE_EXTENSION'

/**
 * Loads the app of a file: its default export, which is an app that does not listen yet, or a
 * function that makes one, or a promise of it.
 *
 * @param file from the folder `cwd`
 * @throws CliError that says what is wrong with the file; what the file itself throws is its cause
 */
export async function loadApp(file: string, cwd: string): Promise<WsApp> {
  const path = findAppFile(file, cwd)
  const exported = await importDefault(path, file)
  const app =
    typeof exported === 'function' ? await make(exported as () => unknown, file) : exported
  if (!isApp(app)) {
    throw new CliError(
      `${file} has no app as its default export; write: export default createWsApp({ … })\n` +
        'or: export default () => createWsApp({ … })',
    )
  }
  if (app.status !== 'created') {
    throw new CliError(
      `the app of ${file} is ${app.status} already; leave listen to the command, or run: node ${file}`,
    )
  }
  return app
}

/**
 * The path of the file of an app.
 *
 * @throws CliError when there is none
 */
export function findAppFile(file: string, cwd: string): string {
  const path = resolve(cwd, file)
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isFile()) return path
  if (found?.isDirectory()) throw usageError(`${path} is a folder; name the file of the app in it`)
  const hint =
    extname(path) === '.js' ? '; what it is compiled from may have to be built first' : ''
  throw usageError(`there is no file ${path}${hint}`)
}

async function importDefault(path: string, file: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(path).href)) as { readonly default?: unknown }
    return module.default
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === UNKNOWN_EXTENSION) {
      const kind = extname(path)
      throw new CliError(
        `Node cannot read ${kind} files by itself; compile ${file}, or load a compiler first:\n` +
          `NODE_OPTIONS='--import tsx' enfilade …`,
      )
    }
    throw failed(`${file} could not be loaded`, error)
  }
}

async function make(factory: () => unknown, file: string): Promise<unknown> {
  try {
    return await factory()
  } catch (error) {
    throw failed(`the function that ${file} exports failed`, error)
  }
}

/** With the stack, which points into code of the user's; that of a syntax error does not. */
function failed(what: string, cause: unknown): CliError {
  if (cause instanceof SyntaxError) {
    return new CliError(`${what}: ${cause.message}`, undefined, { cause })
  }
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : errorText(cause)
  return new CliError(`${what}\n${text}`, undefined, { cause })
}

/** By what it has, since the package may be there twice: once for this command, once for the app. */
function isApp(value: unknown): value is WsApp {
  if (typeof value !== 'object' || value === null) return false
  const { listen, close, status } = value as Partial<Record<keyof WsApp, unknown>>
  return typeof listen === 'function' && typeof close === 'function' && typeof status === 'string'
}
