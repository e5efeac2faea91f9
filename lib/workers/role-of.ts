import type { AppRole, RoleOptions } from './app-role.js'
import { ownWorker } from './own-worker.js'
import { SupervisorRole } from './supervisor-role.js'
import { WorkerRole } from './worker-role.js'

/**
 * What an app is among the processes of its program; `undefined` when it is the only one.
 *
 * A worker has no workers: whatever the options say, it is what its supervisor has started.
 */
export function roleOf(options: RoleOptions): AppRole | undefined {
  const worker = ownWorker()
  if (!worker) return options.cluster && new SupervisorRole(options.cluster, options)
  // Other apps of a program that makes its own workers are started in each of them, as they are.
  return worker.kind !== 'own' || options.cluster ? new WorkerRole(worker, options) : undefined
}
