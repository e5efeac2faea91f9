import { WsStateError } from '../errors/ws-state-error.js'
import { onExitSignals } from '../runtime/exit-signals.js'
import type { BroadcastDriver } from '../transports/managed/broadcast-driver.js'
import type { DocumentOwners } from '../transports/owners/document-owners.js'
import type { AppRole, CloseApp, ResolvedCluster, RoleOptions } from './app-role.js'
import { KeptStores } from './kept-stores.js'
import type { Supervision } from './supervision.js'
import { WorkerHub } from './worker-hub.js'
import type { WorkerAddress, WorkerStatus } from './worker-messages.js'

/** The broadcasts of the first app, which is the only one here that has workers. */
const SPACE = 0

/** One program has one set of workers: each of them runs all of it. */
let isSupervised = false

/** The app of a program that starts itself again, as often as its option `cluster` says. */
export class SupervisorRole implements AppRole {
  readonly name = 'supervisor'
  readonly workerId = undefined
  readonly isMeasured = false
  readonly stores = undefined
  readonly owners: DocumentOwners
  readonly #cluster: ResolvedCluster
  readonly #options: RoleOptions
  readonly #hub = new WorkerHub()
  readonly #kept = new KeptStores()
  #supervision: Supervision | undefined

  constructor(cluster: ResolvedCluster, options: RoleOptions) {
    this.#cluster = cluster
    this.#options = options
    this.owners = this.#kept.of(SPACE).owners
  }

  driver(): BroadcastDriver {
    return this.#hub.driver(SPACE)
  }

  takes(): boolean {
    return true
  }

  /** @returns a promise that rejects with a `WsStateError` or `WsListenError` when there is no way */
  async start(address: WorkerAddress): Promise<number> {
    if (isSupervised) throw unable('one app of a program can have workers, and another has them')
    if (process.argv[1] === undefined) throw unable('workers need a program that is a file')
    isSupervised = true
    try {
      // Only who has workers loads what starts them.
      const { Supervision } = await import('./supervision.js')
      const { logger, signals } = this.#options
      const { drain } = signals
      const parts = { ...this.#cluster, address, drain, hub: this.#hub, stores: this.#kept, logger }
      const supervision = (this.#supervision = new Supervision({ ...parts, kind: 'own' }))
      // Until it listens: workers that cannot start are started again for ever.
      const ignore = this.hear(() => supervision.end(signals))
      const port = await supervision.start()
      ignore()
      return port
    } catch (error) {
      isSupervised = false
      throw error
    }
  }

  hear(close: CloseApp): () => void {
    const { hearsSignals, signals, linger, logger } = this.#options
    if (!hearsSignals) return () => undefined
    return onExitSignals({ ...signals, close: () => close(signals), linger, logger })
  }

  leave(): void {
    this.#supervision?.leave()
  }

  async stop(drain: number): Promise<Error | undefined> {
    try {
      await this.#supervision?.stop(drain)
      return undefined
    } catch (error) {
      return error as Error
    } finally {
      if (this.#supervision) isSupervised = false
    }
  }

  async status(): Promise<readonly WorkerStatus[]> {
    return this.#supervision?.status() ?? []
  }
}

function unable(why: string): WsStateError {
  return new WsStateError(`listen: ${why}`, 'created')
}
