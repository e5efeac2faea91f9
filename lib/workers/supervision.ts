import { setTimeout as pause } from 'node:timers/promises'
import type { ChildProcess } from 'node:child_process'
import { forkWorker } from './fork-worker.js'
import { pickPort, requireFreeAddress } from './free-address.js'
import type { WorkerKind } from './own-worker.js'
import { Supervisor, type SupervisorOptions } from './supervisor.js'
import type { WorkerStatus } from './worker-messages.js'

/** What {@link Supervision} takes. */
export interface SupervisionOptions extends Omit<SupervisorOptions, 'fork' | 'pickPort'> {
  readonly kind: WorkerKind
  /** Hears of each process that was started. */
  readonly forked?: (child: ChildProcess) => void
}

/** A supervisor of real processes, which hears the signals of this one. */
export class Supervision {
  readonly #options: SupervisionOptions
  readonly #supervisor: Supervisor
  #isStopping = false
  #isEnding = false

  constructor(options: SupervisionOptions) {
    this.#options = options
    const fork: SupervisorOptions['fork'] = (id) => {
      const child = forkWorker(options.kind, id)
      options.forked?.(child)
      return child
    }
    this.#supervisor = new Supervisor({ ...options, fork, pickPort })
  }

  /**
   * Starts the workers. From then on SIGHUP replaces them one after the other.
   *
   * @returns the port, when all of them listen; rejects with a `WsListenError` when it cannot be had,
   * and with a `WsStateError` when `stop` came first
   */
  async start(): Promise<number> {
    await requireFreeAddress(this.#options.address)
    process.on('SIGHUP', this.#onHangUp)
    process.on('exit', this.#onExit)
    try {
      return await this.#supervisor.start()
    } catch (error) {
      // The process is about to end: whoever waits for its start has nothing to do any more.
      if (this.#isEnding) return new Promise(() => undefined)
      throw error
    }
  }

  /** New clients should not come any more. */
  leave(): void {
    this.#supervisor.leave()
  }

  /** Replaces the workers one after the other. */
  restart(): Promise<void> {
    return this.#supervisor.restart()
  }

  /** Ends all workers because the process is to end: a `start` that has not been done never is. */
  async end({ drain, delay }: { readonly drain: number; readonly delay: number }): Promise<void> {
    this.#isEnding = true
    this.leave()
    if (delay > 0) await pause(delay * 1000)
    await this.stop(drain)
  }

  /** Ends all workers. See {@link Supervisor.stop}. */
  async stop(drain: number): Promise<void> {
    this.#isStopping = true
    try {
      await this.#supervisor.stop(drain)
    } finally {
      process.off('SIGHUP', this.#onHangUp)
      process.off('exit', this.#onExit)
    }
  }

  status(): Promise<readonly WorkerStatus[]> {
    return this.#supervisor.status()
  }

  readonly #onHangUp = (): void => void this.#supervisor.restart()

  /** A second signal ends everything at once; after a crash the workers finish by themselves. */
  readonly #onExit = (): void => {
    if (this.#isStopping) this.#supervisor.kill()
  }
}
