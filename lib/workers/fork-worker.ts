import { fork, type ChildProcess, type ForkOptions } from 'node:child_process'
import { WORKER_VARIABLE, type WorkerKind } from './own-worker.js'

/** Has Node tell its parent which files it loads, as for `node --watch`: `{ 'watch:import': [url] }`. */
const REPORT_FILES = { WATCH_REPORT_DEPENDENCIES: '1' }

/** The output is that of who measures: what the app writes there goes to the error output. */
const MEASURED: ForkOptions = { stdio: ['ignore', 2, 2, 'ipc'] }

/** Starts this very program again, as a worker. */
export function forkWorker(kind: WorkerKind, id: number): ChildProcess {
  const [, file = '', ...args] = process.argv
  return fork(file, args, {
    ...(kind === 'measured' && MEASURED),
    env: {
      ...process.env,
      [WORKER_VARIABLE]: `${kind} ${id}`,
      ...(kind === 'watched' && REPORT_FILES),
      ...(kind === 'measured' && { NODE_ENV: process.env.NODE_ENV ?? 'production' }),
    },
    // A debugger listens on one port: that of the supervisor.
    execArgv: process.execArgv.filter((argument) => !argument.startsWith('--inspect')),
    // What is carried between workers is JSON already: as JSON it would be written a second time.
    serialization: 'advanced',
  })
}
