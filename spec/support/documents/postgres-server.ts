import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { defer, within } from '../deadline.js'

const VERSIONS = '/usr/lib/postgresql'

/** Where the programs of PostgreSQL are: Debian has them in a folder a version, off the PATH. */
function findPrograms(): string | undefined {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS) : []
  const folders = [
    ...versions.map((version) => join(VERSIONS, version, 'bin')),
    ...(process.env.PATH ?? '').split(':'),
  ]
  return folders.find((folder) =>
    ['initdb', 'postgres'].every((program) => existsSync(join(folder, program))),
  )
}

const programs = findPrograms()

/** Whether PostgreSQL is installed. On CI it has to be. */
export function hasPostgres(): boolean {
  if (programs !== undefined) return true
  if (process.env.CI === 'true') throw new Error('postgres is not installed')
  console.warn('postgres is not installed: its tests are skipped')
  return false
}

/** PostgreSQL refuses to run as root: there, it runs as the user that its package made. */
function owner(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const idOf = (flag: string) => Number(spawnSync('id', [flag, 'postgres']).stdout.toString())
  return { uid: idOf('-u'), gid: idOf('-g') }
}

/** A real PostgreSQL in a folder of its own, reached by a socket in it. */
export class PostgresServer {
  private constructor(
    /** The folder of the socket: `host` for a pool of pg. */
    readonly folder: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(): Promise<PostgresServer> {
    const folder = await mkdtemp(join(tmpdir(), 'enfilade-pg-'))
    const { uid, gid } = owner()
    if (uid !== undefined && gid !== undefined) await chown(folder, uid, gid)
    const options = { ...owner(), cwd: folder, env: { ...process.env, LC_ALL: 'C.UTF-8' } }
    const data = join(folder, 'data')
    await run('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-N', '-E', 'UTF8'], options)
    const child = spawn(
      join(programs ?? '', 'postgres'),
      ['-D', data, '-k', folder, '-c', 'listen_addresses=', '-c', 'fsync=off'],
      { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    await ready(child)
    return new PostgresServer(folder, child)
  }

  async stop(): Promise<void> {
    const exit = once(this.child, 'exit')
    // Immediate shutdown: nothing is to be kept.
    this.child.kill('SIGQUIT')
    await within(exit, 'the end of PostgreSQL')
    await rm(this.folder, { recursive: true, force: true })
  }
}

async function run(program: string, args: string[], options: SpawnOptions): Promise<void> {
  const child = spawn(join(programs ?? '', program), args, {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  const [code] = (await within(once(child, 'exit'), program, 30_000)) as [number]
  if (code !== 0) throw new Error(`${program} failed\n${output}`)
}

async function ready(child: ChildProcess): Promise<void> {
  const isReady = defer<void>()
  const output: string[] = []
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      output.push(line)
      if (line.includes('ready to accept connections')) isReady.resolve()
    })
  }
  child.once('exit', () => isReady.reject(new Error(`postgres ended\n${output.join('\n')}`)))
  await within(isReady.promise, 'PostgreSQL', 30_000)
}
