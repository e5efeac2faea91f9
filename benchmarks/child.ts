import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { LoadRequest, LoadResponse } from './load/generator.js'

/** A process of the harness. It ends with the harness, whatever happens. */
export class Child {
  readonly #process: ChildProcess

  constructor(module: string, flags: readonly string[] = []) {
    const file = fileURLToPath(new URL(module, import.meta.url))
    this.#process = fork(file, {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [...flags],
    })
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  /** The next thing it says. */
  async next<T>(): Promise<T> {
    const gone = once(this.#process, 'exit').then(() => {
      throw new Error('a process of the benchmark ended early')
    })
    const [said] = (await Promise.race([once(this.#process, 'message'), gone])) as [T]
    return said
  }

  /** @throws Error when the load generator says that something is wrong */
  async ask(request: LoadRequest): Promise<Extract<LoadResponse, { ok: true }>> {
    const said = this.next<LoadResponse>()
    this.#process.send(request)
    const response = await said
    if (!response.ok) throw new Error(response.reason)
    return response
  }

  stop(): void {
    this.#process.kill('SIGKILL')
  }
}
