import { createRequire } from 'node:module'
import { join } from 'node:path'
import { CliError } from '../cli-error.js'
import { loadApp } from '../load-app.js'
import { fault, ok, type Finding } from './finding.js'
import type { Machine } from './machine.js'

/** Packages whose state must exist once, which the app and Enfilade share. */
const PEERS = ['reflect-metadata', 'tsyringe', 'class-validator', 'class-transformer']

/** What the compiler has to do for decorators. */
const FLAGS = ['experimentalDecorators', 'emitDecoratorMetadata']

const MEND_METADATA =
  'compile with tsc and "emitDecoratorMetadata": true; or, with esbuild and tsx, which cannot do that, ' +
  'name the types: @Data(Dto), @Inject(token)'

/** Looks at the project of a folder: its packages, and the flags of its compiler. */
export function checkProject(cwd: string, { read }: Pick<Machine, 'read'>): Finding[] {
  return [checkPeers(cwd), ...checkFlags(read(join(cwd, 'tsconfig.json')))]
}

/** Whether a package is installed, seen from a folder. */
export function isInstalled(name: string, cwd: string): boolean {
  try {
    createRequire(join(cwd, 'package.json')).resolve(name)
    return true
  } catch (error) {
    // One for `import` only is there, too.
    return (error as { code?: unknown }).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED'
  }
}

function checkPeers(cwd: string): Finding {
  const missing = PEERS.filter((name) => !isInstalled(name, cwd))
  return missing.length === 0
    ? ok('Packages', PEERS.join(', '))
    : fault('Packages', `${missing.join(', ')} not installed`, `npm install ${missing.join(' ')}`)
}

/** Without a file there is no compiler to look at, and what a file extends is not followed. */
function checkFlags(tsconfig: string | undefined): Finding[] {
  if (tsconfig === undefined || tsconfig.includes('"extends"')) return []
  const missing = FLAGS.filter(
    (flag) => !new RegExp(`^[^/]*"${flag}"\\s*:\\s*true`, 'm').test(tsconfig),
  )
  return missing.length === 0
    ? [ok('tsconfig.json', FLAGS.join(', '))]
    : [
        fault(
          'tsconfig.json',
          `${missing.join(' and ')} not set`,
          `add ${missing.map((flag) => `"${flag}": true`).join(', ')} to compilerOptions`,
        ),
      ]
}

/** Looks whether an app can be made: its options, its controllers, and the types that were emitted. */
export async function checkApp(file: string, cwd: string): Promise<Finding> {
  try {
    const app = await loadApp(file, cwd)
    await app.close()
    return ok('App', `${file} can be made`)
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    const { message } = error
    if (message.includes('emitDecoratorMetadata')) {
      return fault('Metadata', `${file} has been compiled without types\n${message}`, MEND_METADATA)
    }
    return fault('App', message, 'see the message above')
  }
}
