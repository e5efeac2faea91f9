import type { ChildProcess } from 'node:child_process'
import { systemClock, type Clock, type ClockTimer } from '../async/clock.js'
import type { WsLogger } from '../logging/logger.js'
import { BackOff } from './back-off.js'
import { WsStateError } from '../errors/ws-state-error.js'
import type { KeptStores } from './kept-stores.js'
import type { WorkerHub } from './worker-hub.js'
import type { WorkerAddress, WorkerStatus } from './worker-messages.js'
import { WorkerProcess, type WorkerEnd } from './worker-process.js'

/** What a supervisor works with. */
export interface SupervisorOptions {
  readonly workers: number
  readonly address: WorkerAddress
  /** Seconds that handlers of a worker that is replaced may take to finish. */
  readonly drain: number
  /** Seconds in which a worker has to listen. */
  readonly startTimeout: number
  readonly hub: WorkerHub
  /** What is kept for the workers; default: nothing. */
  readonly stores?: KeptStores
  /**
   * Whether the program is being written: a worker that cannot start is left alone until `restart`, and
   * one that does not start yet is given up then. Default: it is started again for ever.
   */
  readonly waitsForChange?: boolean
  /** {@link CloseOrder.upgrades} of workers that are replaced. */
  readonly upgrades?: number
  readonly logger: WsLogger
  /** Starts the process of a worker. */
  readonly fork: (id: number) => ChildProcess
  /** A port that nobody has. */
  readonly pickPort: (host: string | undefined) => Promise<number>
  readonly clock?: Clock
  /** From 0 up to 1; default: `Math.random`. */
  readonly random?: () => number
}

/** The place of one worker, which successive processes take. */
interface Slot {
  readonly id: number
  readonly backOff: BackOff
  worker: WorkerProcess | undefined
  /** The one that is to take its place. */
  next: WorkerProcess | undefined
  timer: ClockTimer | undefined
  waitingSince: number
  restarts: number
}

/**
 * Keeps a number of worker processes that listen on one port: starts them, starts those again that
 * end by themselves, replaces them one after the other, and ends them all.
 */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #clock: Clock
  readonly #slots: readonly Slot[]
  #port: number
  /** Tries whether a port that was picked can be had; the others wait for it. */
  #picking: WorkerProcess | undefined
  readonly #waiting = new Set<WorkerProcess>()
  /** All that run, also those that have been replaced and end. */
  readonly #running = new Set<WorkerProcess>()
  readonly #ready: Promise<number>
  #onReady: (port: number) => void = () => undefined
  #onStopped: (error: Error) => void = () => undefined
  #isStopping = false
  #restarting: Promise<void> | undefined
  #isAskedAgain = false

  constructor(options: SupervisorOptions) {
    const { workers, clock = systemClock, address, random } = options
    this.#options = options
    this.#clock = clock
    this.#port = address.port
    this.#ready = new Promise((resolve, reject) => {
      this.#onReady = resolve
      this.#onStopped = reject
    })
    // Who does not wait for it does not have to hear of it.
    this.#ready.catch(() => undefined)
    this.#slots = Array.from({ length: workers }, (_, index) => ({
      ...{ id: index + 1, backOff: new BackOff(random), restarts: 0, waitingSince: 0 },
      ...{ worker: undefined, next: undefined, timer: undefined },
    }))
  }

  /**
   * Starts the workers.
   *
   * @returns the port, when all of them listen; rejects with a `WsStateError` when `stop` came first
   */
  start(): Promise<number> {
    for (const slot of this.#slots) this.#launch(slot)
    return this.#ready
  }

  /** New clients should not come any more: the readiness routes of the workers say so. */
  leave(): void {
    for (const { worker } of this.#slots) worker?.leave()
  }

  /**
   * Replaces the workers one after the other: the new one listens before the old one stops. When a new
   * one does not start, the rest stays as it was. A call meanwhile makes another round.
   *
   * @returns done when the last round is over
   */
  restart(): Promise<void> {
    this.#isAskedAgain = true
    if (this.#options.waitsForChange === true) {
      // What it has loaded is out of date.
      for (const { next } of this.#slots) if (next?.state === 'starting') next.kill('SIGKILL')
    }
    this.#restarting ??= this.#restart().finally(() => (this.#restarting = undefined))
    return this.#restarting
  }

  /**
   * Ends all workers.
   *
   * @param drain seconds that handlers may take to finish
   * @returns a promise that rejects, when all have ended, with what did not go as it should
   */
  async stop(drain: number): Promise<void> {
    this.#isStopping = true
    this.#onStopped(new WsStateError('listen: the app has been closed', 'closing'))
    for (const slot of this.#slots) this.#clock.clearTimeout(slot.timer)
    const faults = await Promise.all([...this.#running].map((worker) => endOf(worker, drain)))
    const told = faults.filter((fault) => fault !== undefined)
    if (told.length > 0) throw new Error(`not all workers ended in order: ${told.join('; ')}`)
  }

  /** Ends all workers at once. */
  kill(): void {
    for (const worker of this.#running) worker.kill('SIGKILL')
  }

  /** All workers; those that are replaced and end are left out. */
  async status(): Promise<readonly WorkerStatus[]> {
    return Promise.all(
      this.#slots.map(async ({ id, worker, restarts, waitingSince }) => {
        if (!worker) return { id, state: 'waiting' as const, since: waitingSince, restarts }
        const { pid, state, since } = worker
        const figures = await worker.figures()
        return {
          id,
          ...(pid !== undefined && { pid }),
          state,
          since,
          restarts,
          ...(figures && { figures }),
        }
      }),
    )
  }

  #launch(slot: Slot): void {
    try {
      slot.worker = this.#fork(slot)
    } catch (error) {
      // The system may have no process left, and in a moment it may.
      const delay = slot.backOff.failed(0)
      const text = `worker ${slot.id} cannot be started; it is tried again in ${delay} ms`
      this.#options.logger.error({ err: error, worker: slot.id }, text)
      slot.timer = this.#clock.setTimeout(() => this.#launch(slot), delay)
    }
  }

  #fork(slot: Slot): WorkerProcess {
    const { hub, stores, fork, startTimeout, logger } = this.#options
    const worker = new WorkerProcess({
      ...{ id: slot.id, child: fork(slot.id), hub, stores, clock: this.#clock },
      events: {
        asked: (one) => this.#answer(one),
        listening: (one, port) => this.#listens(one, port),
        wantsStatus: (one, tag) => {
          void this.status().then((workers) => one.send({ enfilade: 'status', tag, workers }))
        },
        ended: (one, end) => this.#ended(slot, one, end),
      },
    })
    const late = this.#clock.setTimeout(() => {
      if (worker.state !== 'starting') return
      const { id, pid } = worker
      logger.error({ worker: id, pid }, `worker ${id} does not listen after ${startTimeout} s`)
      worker.kill('SIGKILL')
    }, startTimeout * 1000)
    this.#running.add(worker)
    void worker.ended.then(() => {
      this.#running.delete(worker)
      this.#clock.clearTimeout(late)
    })
    return worker
  }

  /** When any port will do, one worker tries one first: the others take the same. */
  #answer(worker: WorkerProcess): void {
    if (this.#port !== 0) this.#sendTo(worker, this.#port)
    else if (this.#picking) this.#waiting.add(worker)
    else {
      this.#picking = worker
      const { pickPort, address } = this.#options
      void pickPort(address.host).then(
        (port) => this.#sendTo(worker, port),
        // The worker finds out why, and says so.
        () => this.#sendTo(worker, 0),
      )
    }
  }

  #sendTo(worker: WorkerProcess, port: number): void {
    const { host } = this.#options.address
    worker.send({ enfilade: 'listen', address: { port, host } })
  }

  #listens(worker: WorkerProcess, port: number): void {
    this.#port = port
    this.#picked(worker)
    this.#options.logger.info({}, `worker ${worker.id} listens (process ${worker.pid ?? 0})`)
    this.#checkReady()
  }

  #checkReady(): void {
    const listens = ({ worker }: Slot): boolean => worker?.state === 'listening'
    if (this.#slots.every(listens)) this.#onReady(this.#port)
  }

  /** Whoever picked the port has told it, or has ended. */
  #picked(worker: WorkerProcess): void {
    this.#waiting.delete(worker)
    if (worker !== this.#picking) return
    this.#picking = undefined
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const one of waiting) this.#answer(one)
  }

  #ended(slot: Slot, worker: WorkerProcess, end: WorkerEnd): void {
    this.#picked(worker)
    if (worker !== slot.worker) return
    slot.worker = undefined
    if (this.#isStopping || worker.state === 'closing') return
    slot.restarts++
    slot.waitingSince = this.#clock.date()
    if (this.#options.waitsForChange === true && end.listened === 0) {
      this.#tellOfEnd(worker, end, undefined)
      return
    }
    const delay = slot.backOff.failed(end.listened)
    this.#tellOfEnd(worker, end, { delay, failures: slot.backOff.failures })
    // Whoever is about to take its place does so when it listens.
    if (slot.next) return
    slot.timer = this.#clock.setTimeout(() => this.#launch(slot), delay)
  }

  /** @param again absent when it is not started again by itself */
  #tellOfEnd(
    worker: WorkerProcess,
    { how, listened }: WorkerEnd,
    again: { readonly delay: number; readonly failures: number } | undefined,
  ): void {
    const { id, pid, failure } = worker
    const what = listened > 0 ? 'ended by itself' : 'ended before it listened'
    const { delay = 0, failures = 0 } = again ?? {}
    const often = failures > 1 ? ` (${failures} times in a row)` : ''
    const then = again ? `it is started again in ${delay} ms` : 'it waits for a change'
    const cause = failure === undefined ? '' : `: ${failure}`
    this.#options.logger.error(
      { worker: id, pid },
      `worker ${id} ${what}, with ${how}${often}${cause}; ${then}`,
    )
  }

  async #restart(): Promise<void> {
    while (this.#isAskedAgain && !this.#isStopping) {
      this.#isAskedAgain = false
      this.#options.logger.info({}, 'the workers are replaced, one after the other')
      const isDone = await this.#replaceAll()
      if (isDone) this.#options.logger.info({}, 'all workers have been replaced')
    }
  }

  async #replaceAll(): Promise<boolean> {
    for (const slot of this.#slots) {
      if (this.#isStopping) return false
      if (!(await this.#replace(slot))) return false
    }
    return true
  }

  async #replace(slot: Slot): Promise<boolean> {
    this.#clock.clearTimeout(slot.timer)
    const next = await this.#startNext(slot)
    const old = slot.worker
    if (!next) {
      const isLeft = this.#isStopping || this.#options.waitsForChange === true
      if (!old && !isLeft) this.#launch(slot)
      return false
    }
    slot.worker = next
    this.#checkReady()
    const { drain, upgrades } = this.#options
    await old?.close({ drain, isReplaced: true, ...(upgrades !== undefined && { upgrades }) })
    return true
  }

  /** @returns `undefined` when it did not start */
  async #startNext(slot: Slot): Promise<WorkerProcess | undefined> {
    let next: WorkerProcess | undefined
    let fault: unknown
    try {
      next = slot.next = this.#fork(slot)
      if (await next.listens) return next
    } catch (error) {
      fault = error
    } finally {
      slot.next = undefined
    }
    const isGivenUp = this.#options.waitsForChange === true && this.#isAskedAgain
    if (this.#isStopping || isGivenUp) return undefined
    const why = next?.failure === undefined ? '' : `: ${next.failure}`
    const alone =
      this.#options.waitsForChange === true ? 'it waits for a change' : 'it is tried again'
    const then = slot.worker ? 'the others stay as they are' : alone
    const text = `the new worker ${slot.id} did not start${why}; ${then}`
    this.#options.logger.error(
      { worker: slot.id, ...(fault !== undefined && { err: fault }) },
      text,
    )
    return undefined
  }
}

/** @returns what did not go as it should */
async function endOf(worker: WorkerProcess, drain: number): Promise<string | undefined> {
  const { how, isOrderly } = await worker.close({ drain, isReplaced: false })
  return isOrderly ? undefined : `worker ${worker.id} ended with ${how}`
}
