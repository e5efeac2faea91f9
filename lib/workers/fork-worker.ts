import { fork, type ChildProcess } from 'node:child_process'
import { WORKER_VARIABLE, type WorkerKind } from './own-worker.js'

/** Has Node tell its parent which files it loads, as for `node --watch`: `{ 'watch:import': [url] }`. */
const REPORT_FILES = { WATCH_REPORT_DEPENDENCIES: '1' }

/** Starts this very program again, as a worker. */
export function forkWorker(kind: WorkerKind, id: number): ChildProcess {
  const [, file = '', ...args] = process.argv
  return fork(file, args, {
    env: {
      ...process.env,
      [WORKER_VARIABLE]: `${kind} ${id}`,
      ...(kind === 'watched' && REPORT_FILES),
    },
    // A debugger listens on one port: that of the supervisor.
    execArgv: process.execArgv.filter((argument) => !argument.startsWith('--inspect')),
    // What is carried between workers is JSON already: as JSON it would be written a second time.
    serialization: 'advanced',
  })
}
