import { availableParallelism } from 'node:os'
import { DEFAULT_SIGNALS, FIXED_LIMITS } from '../options/defaults.js'
import { onExitSignals } from '../runtime/exit-signals.js'
import { KeptStores } from '../workers/kept-stores.js'
import { isWorkerProcess } from '../workers/own-worker.js'
import { Supervision } from '../workers/supervision.js'
import { WorkerHub } from '../workers/worker-hub.js'
import { EXIT_CODES } from './cli-error.js'
import type { CliIo } from './cli-io.js'
import { cliLogger } from './cli-logger.js'
import type { CliCall, CliCommand } from './command.js'
import { findAppFile, loadApp } from './load-app.js'
import { readNumber, readText, toNumber } from './read-options.js'
import { listen, serveAsWorker } from './serve-as-worker.js'
import { WatchedProgram } from './watch/watched-program.js'

const PORTS = { min: 0, max: 65_535, isWhole: true }
const SECONDS = { min: 0, max: 86_400 }
const WORKERS = { min: 1, max: 1_024, isWhole: true }
const DEFAULT_PORT = '3000'
const START_TIMEOUT = 60
/** Whoever has just made a change waits for no handlers; clients are told no time to stay away, either. */
const WATCHED_DRAIN = 0
/** Milliseconds for those who have connected to the old process in the last moment. */
const WATCHED_UPGRADES = 50

/** How an app is served. */
interface ServeOptions {
  readonly port: number
  readonly host: string | undefined
  readonly drain: number
  readonly delay: number
  /** Absent when this process is to do it. */
  readonly workers: number | undefined
  readonly isWatched: boolean
}

/** How it ends. */
type End = Pick<ServeOptions, 'drain' | 'delay'>

/** `enfilade serve`. */
export const serve: CliCommand = {
  name: 'serve',
  summary: 'Runs the app of a file until a signal ends it',
  operands: ['<app>'],
  details:
    'The file exports its app by default: export default createWsApp({ … }), or a function\n' +
    'that makes one. It does not call listen itself.\n\n' +
    'SIGTERM and SIGINT let handlers finish and end with code 0. With --workers, a worker that\n' +
    'ends by itself is started again, and SIGHUP replaces all of them, one after the other.\n\n' +
    'With --watch, a change of a file that the app has loaded does the same, once the new process\n' +
    'listens; one that cannot start waits for the next change. Clients of an app with recovery go on.',
  options: {
    port: {
      short: 'p',
      value: 'number',
      help: 'Default: PORT of the environment, else 3000; 0 is any',
    },
    host: { value: 'address', help: 'Default: all addresses of this machine' },
    workers: {
      short: 'w',
      value: 'number',
      help: 'Processes that share the port, or auto for one a core. Default: only this one',
    },
    watch: { help: 'Starts the app again when its files change' },
    drain: {
      value: 'seconds',
      help: 'How long handlers may take to finish at the end. Default: 8; 0 with --watch',
    },
    delay: {
      value: 'seconds',
      help: 'How long to go on at the end, with the readiness route at 503. Default: 0',
    },
  },
  run: async (call) => {
    const [file = ''] = call.operands
    const { io } = call
    const options = readServeOptions(call)
    if (isWorkerProcess(io.env)) return serveAsWorker(file, io, options)
    const { workers, isWatched } = options
    const port =
      workers === undefined
        ? await serveHere(call, options)
        : await serveByWorkers(call, options, workers)
    const { host } = options
    const who = workers === undefined || workers === 1 ? file : `${file}, ${workers} of it,`
    const then = isWatched ? ', and is started again when its files change' : ''
    io.out(`${who} listens on ${addressOf(port, host)}${then}\n`)
    return EXIT_CODES.OK
  },
}

function readServeOptions({ options, io }: CliCall): ServeOptions {
  const { PORT = '' } = io.env
  const fallback = toNumber(PORT.trim() === '' ? DEFAULT_PORT : PORT, 'PORT', PORTS)
  const workers = readText(options, 'workers')
  const isWatched = options.watch === true
  const count =
    workers === 'auto' ? availableParallelism() : readNumber(options, 'workers', WORKERS)
  const drain = isWatched ? WATCHED_DRAIN : DEFAULT_SIGNALS.drain
  return {
    port: readNumber(options, 'port', PORTS) ?? fallback,
    host: readText(options, 'host'),
    drain: readNumber(options, 'drain', SECONDS) ?? drain,
    delay: readNumber(options, 'delay', SECONDS) ?? DEFAULT_SIGNALS.delay,
    // What is started again is another process than the one that watches.
    workers: count ?? (isWatched ? 1 : undefined),
    isWatched,
  }
}

async function serveHere(
  { operands: [file = ''], io }: CliCall,
  { port, host, drain, delay }: ServeOptions,
): Promise<number> {
  const app = await loadApp(file, io.cwd)
  const listening = await listen(() => app.listen(port, host))
  // A program that has workers hears signals by itself.
  if (app.role === 'single') endOnSignal((end) => app.close(end), { drain, delay }, io)
  return listening.port
}

/** This process looks after the workers, and does not load the app. */
async function serveByWorkers(
  { operands: [file = ''], io }: CliCall,
  { port, host, drain, delay, isWatched }: ServeOptions,
  workers: number,
): Promise<number> {
  const path = findAppFile(file, io.cwd)
  const logger = cliLogger(io)
  const program = isWatched
    ? new WatchedProgram({
        ...{ file: path, cwd: io.cwd },
        restart: (what) => {
          logger.info({}, what)
          void supervision.restart()
        },
      })
    : undefined
  const supervision: Supervision = new Supervision({
    kind: isWatched ? 'watched' : 'served',
    ...{ workers, address: { port, host }, drain, startTimeout: START_TIMEOUT },
    ...{ hub: new WorkerHub(), stores: new KeptStores(), logger },
    ...(program && {
      ...{ waitsForChange: true, upgrades: WATCHED_UPGRADES },
      forked: program.follow,
    }),
  })
  const close = (end: End): Promise<void> => {
    program?.close()
    return supervision.end(end)
  }
  // Before it listens: workers that cannot start are started again for ever.
  endOnSignal(close, { drain, delay }, io)
  try {
    return await listen(() => supervision.start())
  } catch (error) {
    program?.close()
    throw error
  }
}

function endOnSignal(close: (end: End) => Promise<void>, end: End, io: CliIo): void {
  onExitSignals({
    signals: DEFAULT_SIGNALS.signals,
    close: () => close(end),
    linger: FIXED_LIMITS.closeFrameTime,
    logger: cliLogger(io),
  })
}

function addressOf(port: number, host = 'localhost'): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
