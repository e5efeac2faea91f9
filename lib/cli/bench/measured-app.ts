import { forkWorker } from '../../workers/fork-worker.js'
import { pickPort } from '../../workers/free-address.js'
import { WorkerHub } from '../../workers/worker-hub.js'
import type { WorkerFigures } from '../../workers/worker-messages.js'
import { WorkerProcess } from '../../workers/worker-process.js'
import { CliError } from '../cli-error.js'
import type { ServerProbe } from './run-load.js'

const HOST = '127.0.0.1'

/** An app in a process of its own, which tells what it uses. */
export class MeasuredApp {
  readonly #process: WorkerProcess
  #isOver = false
  readonly place: { readonly host: string; readonly port: number }
  readonly probe: ServerProbe = {
    cpu: async () => (await this.#figures()).cpu,
    memory: async () => (await this.#figures()).memory,
  }

  private constructor(process: WorkerProcess, port: number) {
    this.#process = process
    this.place = { host: HOST, port }
    void process.ended.then(() => (this.#isOver = true))
  }

  /** @returns a promise that rejects with a CliError when the app does not start; it has said why */
  static async start(file: string): Promise<MeasuredApp> {
    const place = { port: await pickPort(HOST), host: HOST }
    const worker = new WorkerProcess({
      ...{ id: 1, child: forkWorker('measured', 1), hub: new WorkerHub() },
      events: {
        asked: (one) => one.send({ enfilade: 'listen', address: place }),
        listening: () => undefined,
        wantsStatus: (one, tag) => one.send({ enfilade: 'status', tag, workers: [] }),
        ended: () => undefined,
      },
    })
    if (await worker.listens) return new MeasuredApp(worker, place.port)
    const why = worker.failure === undefined ? '' : `: ${worker.failure}`
    throw new CliError(`${file} did not start${why}`)
  }

  async stop(): Promise<void> {
    if (!this.#isOver) await this.#process.close({ drain: 0, isReplaced: false })
  }

  async #figures(): Promise<WorkerFigures> {
    const figures = await this.#process.figures()
    if (figures) return figures
    throw new CliError('the app does not answer, or has ended')
  }
}
