import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Contender } from './contenders/contender.js'
import type { LoadRequest, LoadResponse, LoadResult } from './load/generator.js'

/** Nothing that is asked takes longer, but on a machine that hangs. */
const PATIENCE = 120_000

interface ChildOptions {
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** A process of the harness. It ends with the harness, whatever happens. */
export class Child {
  readonly #process: ChildProcess

  constructor(file: string, { flags = [], env = {} }: ChildOptions = {}) {
    this.#process = fork(file, {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [...flags],
      env: { ...process.env, NODE_ENV: 'production', ...env },
    })
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  /** The next thing it says. */
  async next<T>(): Promise<T> {
    const over = new AbortController()
    const { signal } = over
    const timer = setTimeout(() => over.abort(new Error('no answer in two minutes')), PATIENCE)
    const gone = once(this.#process, 'exit', { signal }).then(() => {
      throw new Error('a process of the benchmark ended early')
    })
    try {
      const said = once(this.#process, 'message', { signal }) as Promise<[T]>
      return (await Promise.race([said, gone]))[0]
    } finally {
      clearTimeout(timer)
      gone.catch(() => undefined)
      over.abort()
    }
  }

  send(message: object): void {
    this.#process.send(message)
  }

  /** Sends something, and waits for what it says to it. */
  async ask<T>(message: object): Promise<T> {
    const said = this.next<T>()
    this.send(message)
    return said
  }

  stop(): void {
    this.#process.kill('SIGKILL')
  }
}

/** A server, once it listens. */
export async function startServer(
  { file, env }: Contender,
  routes: number,
  flags: readonly string[] = [],
): Promise<{ server: Child; port: number }> {
  const server = new Child(file, { flags, env: { ...env, BENCH_ROUTES: String(routes) } })
  try {
    const { port } = await server.next<{ port: number }>()
    return { server, port }
  } catch (error) {
    server.stop()
    throw error
  }
}

/** The load generator's process. */
export class Load {
  readonly #child = new Child(fileURLToPath(new URL('./load/generator.js', import.meta.url)))

  /** @throws Error when the load generator says that something is wrong */
  async ask(request: LoadRequest): Promise<LoadResult | undefined> {
    const response = await this.#child.ask<LoadResponse>(request)
    if (!response.ok) throw new Error(response.reason)
    return response.result
  }

  async run(seconds: number): Promise<LoadResult> {
    const result = await this.ask({ kind: 'run', seconds })
    if (!result) throw new Error('a run without a result')
    return result
  }

  stop(): void {
    this.#child.stop()
  }
}
