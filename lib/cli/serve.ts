import { DEFAULT_SIGNALS, FIXED_LIMITS } from '../options/defaults.js'
import { onExitSignals } from '../runtime/exit-signals.js'
import type { WsApp } from '../ws-app.js'
import { CliError, EXIT_CODES } from './cli-error.js'
import type { CliIo } from './cli-io.js'
import { cliLogger } from './cli-logger.js'
import type { CliCall, CliCommand } from './command.js'
import { loadApp } from './load-app.js'
import { readNumber, readText, toNumber } from './read-options.js'

const PORTS = { min: 0, max: 65_535, isWhole: true }
const SECONDS = { min: 0, max: 86_400 }
const DEFAULT_PORT = '3000'

/** How an app is served. */
interface ServeOptions {
  readonly port: number
  readonly host: string | undefined
  readonly drain: number
  readonly delay: number
}

/** `enfilade serve`. */
export const serve: CliCommand = {
  name: 'serve',
  summary: 'Runs the app of a file until a signal ends it',
  operands: ['<app>'],
  details:
    'The file exports its app by default: export default createWsApp({ … }), or a function\n' +
    'that makes one. It does not call listen itself.\n' +
    'SIGTERM and SIGINT let handlers finish and end with code 0.',
  options: {
    port: {
      short: 'p',
      value: 'number',
      help: 'Default: PORT of the environment, else 3000; 0 is any',
    },
    host: { value: 'address', help: 'Default: all addresses of this machine' },
    drain: {
      value: 'seconds',
      help: 'How long handlers may take to finish at the end. Default: 8',
    },
    delay: {
      value: 'seconds',
      help: 'How long to go on at the end, with the readiness route at 503. Default: 0',
    },
  },
  run: async (call) => {
    const [file = ''] = call.operands
    const options = readServeOptions(call)
    const app = await loadApp(file, call.io.cwd)
    const port = await listen(app, options)
    endOnSignal(app, options, call.io)
    call.io.out(`${file} listens on ${addressOf(port, options.host)}\n`)
    return EXIT_CODES.OK
  },
}

function readServeOptions({ options, io }: CliCall): ServeOptions {
  const { PORT = '' } = io.env
  const fallback = toNumber(PORT.trim() === '' ? DEFAULT_PORT : PORT, 'PORT', PORTS)
  return {
    port: readNumber(options, 'port', PORTS) ?? fallback,
    host: readText(options, 'host'),
    drain: readNumber(options, 'drain', SECONDS) ?? DEFAULT_SIGNALS.drain,
    delay: readNumber(options, 'delay', SECONDS) ?? DEFAULT_SIGNALS.delay,
  }
}

async function listen(app: WsApp, { port, host }: ServeOptions): Promise<number> {
  try {
    return (await app.listen(port, host)).port
  } catch (error) {
    // By its name: the package may be there twice.
    if (error instanceof Error && error.name === 'WsListenError') {
      throw new CliError(error.message, undefined, { cause: error })
    }
    throw error
  }
}

function endOnSignal(app: WsApp, { drain, delay }: ServeOptions, io: CliIo): void {
  onExitSignals({
    signals: DEFAULT_SIGNALS.signals,
    close: () => app.close({ drain, delay }),
    linger: FIXED_LIMITS.closeFrameTime,
    logger: cliLogger(io),
  })
}

function addressOf(port: number, host = 'localhost'): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
