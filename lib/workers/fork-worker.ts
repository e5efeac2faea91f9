import { fork, type ChildProcess } from 'node:child_process'
import { WORKER_VARIABLE } from './own-worker.js'

/**
 * Starts this very program again, as a worker.
 *
 * @param kind whether the command `enfilade serve` does so, or the program itself
 */
export function forkWorker(kind: 'served' | 'own', id: number): ChildProcess {
  const [, file = '', ...args] = process.argv
  return fork(file, args, {
    env: { ...process.env, [WORKER_VARIABLE]: `${kind} ${id}` },
    // A debugger listens on one port: that of the supervisor.
    execArgv: process.execArgv.filter((argument) => !argument.startsWith('--inspect')),
    // What is carried between workers is JSON already: as JSON it would be written a second time.
    serialization: 'advanced',
  })
}
