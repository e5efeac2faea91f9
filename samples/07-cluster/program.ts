import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** Milliseconds for an end in order. */
const GRACE = 8_000

/** A process that is started again when it ends, unless it was stopped. */
export class Program {
  /** How long it stays away, in milliseconds: long enough to see what the pages say. */
  static readonly pause = 3_000
  #child: ChildProcess | undefined
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(
    private readonly spawn: () => ChildProcess,
    private readonly ready: (child: ChildProcess) => Promise<void>,
    private readonly ended: () => void = () => undefined,
  ) {}

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** @throws Error when it ends before it is ready, was stopped, or cannot be started at all */
  async start(): Promise<void> {
    if (this.#stopped) throw new Error('It has been stopped')
    const child = this.spawn()
    this.#child = child
    const failed = new AbortController()
    const { signal } = failed
    try {
      await Promise.race([this.ready(child), endOf(child, signal)])
    } finally {
      failed.abort()
    }
    child.once('exit', () => this.#exited())
  }

  /** As a crash would. */
  kill(): void {
    this.#child?.kill('SIGKILL')
  }

  /** In order, and for good. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    const child = this.#child
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), GRACE)
    await exit
    clearTimeout(late)
  }

  #exited(): void {
    if (this.#stopped) return
    this.ended()
    this.#again()
  }

  #again(): void {
    this.#timer = setTimeout(() => {
      this.start().catch((error: unknown) => {
        console.error(String(error))
        if (!this.#stopped) this.#again()
      })
    }, Program.pause)
  }
}

async function endOf(child: ChildProcess, signal: AbortSignal): Promise<never> {
  // `once` rejects with what `spawn` says when there is no such program.
  const [code, killedBy] = (await once(child, 'exit', { signal })) as [number | null, string | null]
  throw new Error(`It ended before it was ready: ${code ?? killedBy}`)
}
