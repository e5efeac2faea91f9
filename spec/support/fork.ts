import { fork as forkProcess, type ChildProcess } from 'node:child_process'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { defer, within } from './deadline.js'
import { compileFixture, repository } from './fixture.js'
import { freePort } from './free-port.js'
import { Inbox, type Match } from './inbox.js'
import { isUnhandledMessage, type Unhandled } from './unhandled.js'

/** How a child process is started. */
export interface ForkOptions {
  /** Given to the child as `PORT`; a free one by default. */
  port?: number
  env?: Record<string, string>
  args?: readonly string[]
  /** Working directory; the repository by default. */
  cwd?: string
  /**
   * Says that the child is ready: a line of its output that matches, or by default its first
   * message over IPC. A group of the pattern, or a `port` in the message, overrules `port`.
   */
  ready?: RegExp
  /** Time to become ready, in milliseconds; 20 s by default. */
  readyMs?: number
  /** Report what the child did not catch in `unhandled` instead of letting it die; false by default. */
  reportUnhandled?: boolean
}

/** How a child process ended, and all it wrote. */
export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** A running child process. */
export class Child {
  /** How it ended, once it has. */
  readonly exit: Promise<Exit>
  /** Uncaught exceptions and unhandled rejections so far, with `reportUnhandled`. */
  readonly unhandled: readonly Unhandled[]
  stdout = ''
  stderr = ''
  readonly #exit = defer<Exit>()
  readonly #unhandled = new Inbox<Unhandled>('something the child process did not catch')
  readonly #messages = new Inbox<unknown>('a message of the child process')
  readonly #lines = new Inbox<string>('a line of output of the child process')
  readonly #partial = { stdout: '', stderr: '' }

  constructor(
    private readonly process: ChildProcess,
    public port: number,
  ) {
    this.exit = this.#exit.promise
    this.unhandled = this.#unhandled.all
    this.#read('stdout')
    this.#read('stderr')
    process.on('error', (error) => (this.stderr += String(error)))
    process.on('message', (message) => {
      if (isUnhandledMessage(message)) this.#unhandled.push(message.unhandled)
      else this.#messages.push(message)
    })
    process.on('close', (code, signal) => this.#finish(code, signal))
  }

  /** Process id. */
  get pid(): number {
    return this.process.pid ?? 0
  }

  /** Sends a message over IPC. */
  send(message: Record<string, unknown> | string): void {
    this.process.send(message)
  }

  /** The next message over IPC, each handed out once. */
  nextMessage(match?: Match<unknown>, ms?: number): Promise<unknown> {
    return this.#messages.next({ ...(match && { match }), ...(ms !== undefined && { ms }) })
  }

  /** The next thing the child did not catch, each handed out once; needs `reportUnhandled`. */
  nextUnhandled(): Promise<Unhandled> {
    return this.#unhandled.next()
  }

  /** The next line of output or error output, each handed out once. */
  nextLine(pattern = /^/, ms?: number): Promise<string> {
    const match = (line: string) => pattern.test(line)
    return this.#lines.next({ match, ...(ms !== undefined && { ms }) })
  }

  /** Sends a signal (`SIGTERM` by default) and waits for the end; after the deadline, `SIGKILL`. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', ms?: number): Promise<Exit> {
    this.process.kill(signal)
    try {
      return await within(this.exit, `the end of child process ${this.pid} after ${signal}`, ms)
    } catch (error) {
      this.process.kill('SIGKILL')
      throw error
    }
  }

  /** Kills it at once and waits for its end. */
  kill(): Promise<Exit> {
    return this.stop('SIGKILL')
  }

  #read(stream: 'stdout' | 'stderr'): void {
    this.process[stream]?.setEncoding('utf8').on('data', (text: string) => {
      this[stream] += text
      const lines = (this.#partial[stream] + text).split('\n')
      this.#partial[stream] = lines.pop() ?? ''
      for (const line of lines) this.#lines.push(line)
    })
  }

  #finish(code: number | null, signal: NodeJS.Signals | null): void {
    const { stdout, stderr } = this
    const error = new Error(`The child process ended (${code ?? signal})\n${stdout}${stderr}`)
    this.#messages.end(error)
    this.#unhandled.end(error)
    this.#lines.end(error)
    this.#exit.resolve({ code, signal, stdout, stderr })
  }
}

/**
 * Starts a module (a path from the repository's folder; TypeScript is compiled first) in a child
 * process with `PORT` in its environment, and waits until it is ready. Throws, with the child's
 * output, when it ends before that.
 */
export async function fork(file: string, options: ForkOptions = {}): Promise<Child> {
  const compiled = file.endsWith('.ts') ? await compileFixture(file) : resolve(repository, file)
  const port = options.port ?? (await freePort())
  const running = forkProcess(compiled, [...(options.args ?? [])], {
    cwd: options.cwd ?? repository,
    env: environment(port, options),
    execArgv: await execArguments(options),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const child = new Child(running, port)
  try {
    child.port = (await readyPort(child, options)) ?? port
  } catch (error) {
    const { stdout, stderr } = await child.kill()
    throw new Error(`${file} did not become ready\n${stdout}${stderr}`, { cause: error })
  }
  return child
}

function environment(port: number, options: ForkOptions): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _jestsOwn, ...inherited } = process.env
  const report = options.reportUnhandled === true ? { REPORT_UNHANDLED: 'true' } : {}
  return { ...inherited, PORT: String(port), ...report, ...options.env }
}

async function execArguments({ reportUnhandled }: ForkOptions): Promise<string[]> {
  const sourceMaps = '--enable-source-maps'
  if (reportUnhandled !== true) return [sourceMaps]
  const preload = await compileFixture('spec/support/unhandled.ts')
  return [sourceMaps, '--import', pathToFileURL(preload).href]
}

async function readyPort(child: Child, options: ForkOptions): Promise<number | undefined> {
  const { ready, readyMs = 20_000 } = options
  if (ready) {
    const group = ready.exec(await child.nextLine(ready, readyMs))?.[1]
    return group === undefined ? undefined : Number(group)
  }
  const message = await child.nextMessage(undefined, readyMs)
  const told = (message as { port?: unknown } | null)?.port
  return typeof told === 'number' ? told : undefined
}
