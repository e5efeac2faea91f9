import { errorText } from '../errors/show-value.js'
import type { BroadcastDriver } from '../transports/managed/broadcast-driver.js'
import type { DocumentOwners } from '../transports/owners/document-owners.js'
import type { AppRole, CloseApp, RoleHost, RoleOptions, RoleStores } from './app-role.js'
import type { OwnWorker } from './own-worker.js'
import type { CloseOrder, WorkerAddress, WorkerStatus } from './worker-messages.js'

/**
 * Milliseconds between giving back the port and closing: whoever connected in the last moment still
 * has to ask for a WebSocket.
 */
const LAST_UPGRADES = 1_000

/** What a terminal sends to all processes of a program: the supervisor says what is to be done. */
const NOT_OURS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGHUP']

/** Each app of a worker has broadcasts of its own. The same programs make them in the same order. */
let spaces = 0

/** One of several processes that a supervisor has started. */
export class WorkerRole implements AppRole {
  readonly name = 'worker'
  readonly workerId: number
  readonly isMeasured: boolean
  readonly stores: RoleStores | undefined
  readonly owners: DocumentOwners | undefined
  readonly #worker: OwnWorker
  readonly #options: RoleOptions
  readonly #space = spaces++
  #hasStarted = false
  #isClosing = false

  constructor(worker: OwnWorker, options: RoleOptions) {
    this.workerId = worker.id
    this.isMeasured = worker.kind === 'measured'
    const kept = worker.link.stores(this.#space)
    this.stores = worker.kind === 'watched' ? kept : undefined
    this.owners = this.isMeasured ? undefined : kept.owners
    this.#worker = worker
    this.#options = options
  }

  driver(): BroadcastDriver | undefined {
    // What is measured is the app as it is without others.
    return this.isMeasured ? undefined : this.#worker.link.driver(this.#space)
  }

  takes(isServed: boolean): boolean {
    return this.#worker.kind === 'own' || isServed
  }

  /** The address is the supervisor's, whatever the program says here. */
  async start(_address: WorkerAddress, host: RoleHost): Promise<number> {
    const { link } = this.#worker
    try {
      const port = await host.listen(await link.ask(), true)
      this.#hasStarted = true
      link.listening(port)
      return port
    } catch (error) {
      link.failed(errorText(error))
      throw error
    }
  }

  hear(close: CloseApp, host: RoleHost): (() => void) | undefined {
    if (!this.#hasStarted) return undefined
    const { signals, logger } = this.#options
    const end = (order: CloseOrder, delay = 0): void => {
      if (this.#isClosing) return
      this.#isClosing = true
      void this.#end(order, host, () => close({ ...signals, drain: order.drain, delay }))
    }
    this.#worker.link.obey({
      leave: () => host.leave(),
      close: (order) => end(order),
      orphaned: () => {
        if (!this.#isClosing) logger.error({}, 'the supervisor is gone: the worker closes')
        end({ drain: signals.drain, isReplaced: false })
      },
      figures: () => host.figures(),
    })
    process.on('SIGTERM', () => end({ drain: signals.drain, isReplaced: false }, signals.delay))
    for (const signal of NOT_OURS) process.on(signal, () => undefined)
    // What a terminal sends is not to end it in the middle of its end.
    return () => undefined
  }

  leave(): void {
    // Nobody but this process has to know.
  }

  stop(): Promise<undefined> {
    return Promise.resolve(undefined)
  }

  status(): Promise<readonly WorkerStatus[]> {
    return this.#worker.link.status()
  }

  /** Never rejects. */
  async #end(order: CloseOrder, host: RoleHost, close: () => Promise<void>): Promise<void> {
    const { logger, linger } = this.#options
    let code = 0
    try {
      if (order.isReplaced) await this.#giveBackPort(host, order)
      await close()
      await wait(linger)
    } catch (error) {
      logger.error({ err: error }, 'the worker could not be closed in order')
      code = 1
    }
    process.exit(code)
  }

  /**
   * Connections that the system has taken and this process has not are reset with the port: it is
   * given back right after all of them have been accepted.
   */
  async #giveBackPort(host: RoleHost, { upgrades = LAST_UPGRADES }: CloseOrder): Promise<void> {
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    host.closePort()
    await wait(upgrades)
  }
}

function wait(milliseconds: number): Promise<void> {
  return process.getBuiltinModule('node:timers/promises').setTimeout(milliseconds)
}
