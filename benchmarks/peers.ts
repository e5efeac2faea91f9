import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** From `build/benchmarks` to the sources. */
const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = `${root}benchmarks`

/** Installs the packages of the peers when they are missing, and compiles their contenders. */
export function preparePeers(): void {
  if (!areInstalled()) {
    console.log('Installing what Enfilade is compared with, into benchmarks/node_modules …')
    execute('npm', ['ci', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel', 'error'])
  }
  execute(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', `${folder}/peers`])
}

/** npm leaves a copy of the lock file, without the entry of the package itself. */
function areInstalled(): boolean {
  const hidden = `${folder}/node_modules/.package-lock.json`
  if (!existsSync(hidden)) return false
  const wanted = versions(`${folder}/package-lock.json`)
  const found = new Set(versions(hidden))
  return wanted.every((version) => found.has(version))
}

function versions(file: string): string[] {
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as {
    packages: Record<string, { version?: string; optional?: boolean }>
  }
  return Object.entries(packages)
    .filter(([path, { optional }]) => path !== '' && optional !== true)
    .map(([path, { version }]) => `${path}@${version ?? ''}`)
}

function execute(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (status === 0) return
  throw new Error(
    `${command} ${args.join(' ')} failed; --contenders control,enfilade goes without the others`,
    { cause: error },
  )
}
