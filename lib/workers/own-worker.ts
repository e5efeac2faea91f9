import { WorkerLink } from './worker-link.js'

/**
 * Who has started a worker: the program itself, or the command: `enfilade serve`, the same with `--watch`,
 * or `enfilade bench`.
 */
export type WorkerKind = 'own' | 'served' | 'watched' | 'measured'

/** The variable of the environment that makes a process a worker: `served 2` or `own 2`. */
export const WORKER_VARIABLE = 'ENFILADE_WORKER'

/** This process, as a worker. */
export interface OwnWorker {
  readonly id: number
  readonly kind: WorkerKind
  readonly link: WorkerLink
}

let own: OwnWorker | undefined

/** Whether a supervisor has started this process, and no app of it has been made yet. */
export function isWorkerProcess(env: Readonly<Record<string, string | undefined>>): boolean {
  return env[WORKER_VARIABLE] !== undefined
}

/** What this process is as a worker; `undefined` when no supervisor has started it. */
export function ownWorker(): OwnWorker | undefined {
  if (own) return own
  const { ENFILADE_WORKER: text } = process.env
  if (text === undefined || typeof process.send !== 'function') return undefined
  // Programs that this one starts are no workers.
  delete process.env.ENFILADE_WORKER
  const [kind, id] = text.split(' ')
  own = {
    id: Number(id),
    kind: kind as WorkerKind,
    link: new WorkerLink(process),
  }
  return own
}
