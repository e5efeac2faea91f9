import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { within } from './deadline.js'
import { freePort } from './free-port.js'
import { freeze } from './freeze.js'

/** What a broker is started with: a program, and the line that says it is ready. */
export interface BrokerProgram {
  readonly name: string
  readonly command: string
  readonly ready: RegExp
  arguments(port: number, folder: string): readonly string[]
}

export const REDIS: BrokerProgram = {
  name: 'Redis',
  command: 'redis-server',
  ready: /Ready to accept connections/,
  arguments: (port, folder) => [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
    ...['--save', '', '--appendonly', 'no', '--daemonize', 'no'],
  ],
}

export const REDIS_CLUSTER_NODE: BrokerProgram = {
  ...REDIS,
  name: 'Redis Cluster',
  arguments: (port, folder) => [
    ...REDIS.arguments(port, folder),
    ...['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000'],
    ...['--cluster-port', String(busPortOf(port))],
  ],
}

/** Ten thousand above, the default, may be a port that systems give to connections. */
export function busPortOf(port: number): number {
  return port > 21_000 ? port - 10_000 : port + 10_000
}

export const NATS: BrokerProgram = {
  name: 'NATS',
  command: 'nats-server',
  ready: /Server is ready/,
  arguments: (port) => ['--addr', '127.0.0.1', '--port', String(port)],
}

export const JETSTREAM: BrokerProgram = {
  ...NATS,
  name: 'NATS JetStream',
  arguments: (port, folder) => [...NATS.arguments(port, folder), '--jetstream', '-sd', folder],
}

/** Whether a program is there. On CI it has to be. */
export function hasBroker({ command }: BrokerProgram): boolean {
  const { error } = spawnSync(command, ['--version'], { stdio: 'ignore' })
  if (!error) return true
  if (process.env.CI === 'true') throw new Error(`${command} is not installed`)
  console.warn(`${command} is not installed: its tests are skipped`)
  return false
}

/** A real broker on a free port, with a folder of its own. */
export class Broker {
  #process: ChildProcess | undefined

  private constructor(
    readonly program: BrokerProgram,
    readonly port: number,
    readonly folder: string,
  ) {}

  /** @param prepare puts into its folder what it needs to start */
  static async start(
    program: BrokerProgram,
    prepare: (folder: string) => Promise<void> = () => Promise.resolve(),
  ): Promise<Broker> {
    const folder = await mkdtemp(join(tmpdir(), 'enfilade-broker-'))
    await prepare(folder)
    const broker = new Broker(program, await freePort(), folder)
    await broker.restart()
    return broker
  }

  /** Starts it on the port it had; done when it is ready. */
  async restart(): Promise<void> {
    const { program, port, folder } = this
    const child = spawn(program.command, [...program.arguments(port, folder)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#process = child
    const output: string[] = []
    const ready = new Promise<void>((resolve, reject) => {
      for (const input of [child.stdout, child.stderr]) {
        createInterface({ input }).on('line', (line) => {
          output.push(line)
          if (program.ready.test(line)) resolve()
        })
      }
      child.on('error', reject)
      child.on('exit', () => reject(new Error(`${program.command} ended\n${output.join('\n')}`)))
    })
    await within(ready, `${program.command} to be ready`, 10_000)
  }

  /** Makes it hang: done when it does. */
  async freeze(): Promise<void> {
    if (this.#process?.pid !== undefined) await freeze(this.#process.pid)
  }

  /** Ends the hanging; nothing where it does not hang. */
  thaw(): void {
    this.#process?.kill('SIGCONT')
  }

  /** Ends it as `kill -9` does. */
  async kill(): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (child?.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
  }

  /** Kills it and removes its folder. */
  async stop(): Promise<void> {
    await this.kill()
    await rm(this.folder, { recursive: true, force: true })
  }
}
