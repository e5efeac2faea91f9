import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EXIT_CODES, usageError } from './cli-error.js'
import type { CliCommand } from './command.js'
import { readText } from './read-options.js'

/** This package: two folders up from `lib/cli/`, and from the bundle. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** A name that npm and Docker both take. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,100}$/

/** What the templates have in place of the name of the app. */
const PLACEHOLDER = '{{name}}'

/** npm leaves files out of packages whose names start with a dot, or renames them. */
const DOT = /^_/

/** `enfilade create`. */
export const create: CliCommand = {
  name: 'create',
  summary: 'Makes the folder of a new app, which runs',
  operands: ['<name>'],
  details:
    'The app is a chat: a controller, the contract of both sides, a page, tests, a Dockerfile and\n' +
    'a workflow for CI, in TypeScript. The folder must not exist, or be empty. Then:\n\n' +
    '  cd <name> && npm install && npm test && npm start',
  options: {
    package: {
      value: 'spec',
      help: 'What package.json says of enfilade. Default: what this command was installed from',
    },
  },
  run: ({ operands: [given = ''], options, io }) => {
    const folder = resolve(io.cwd, given)
    const name = basename(folder)
    if (!NAME.test(name)) {
      throw usageError(`"${name}" is no name for a package: use a-z, 0-9, "-", "." and "_"`)
    }
    if (
      existsSync(folder) &&
      !(statSync(folder).isDirectory() && readdirSync(folder).length === 0)
    ) {
      throw usageError(`${folder} is there already, and not empty`)
    }
    mkdirSync(folder, { recursive: true })
    cpSync(join(ROOT, 'templates/app'), folder, { recursive: true })
    finish(folder, name)
    const spec = readText(options, 'package') ?? findSpec(ROOT)
    writeFileSync(
      join(folder, 'package.json'),
      `${JSON.stringify(manifest(name, spec), null, 2)}\n`,
    )
    const path = relative(io.cwd, folder)
    io.out(`${io.style('green', `${name} is in ${folder}`)}. Now:\n\n`)
    io.out(`  cd ${path === '' ? '.' : path}\n  npm install\n  npm test\n  npm start\n`)
    return Promise.resolve(EXIT_CODES.OK)
  },
}

/** Gives files the names that they could not have in the package, and the app its name. */
function finish(folder: string, name: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name.replace(DOT, '.'))
    renameSync(join(folder, entry.name), path)
    if (entry.isDirectory()) finish(path, name)
    else writeFileSync(path, readFileSync(path, 'utf8').replaceAll(PLACEHOLDER, name))
  }
}

interface OwnManifest {
  readonly version: string
  readonly devDependencies: Readonly<Record<string, string>>
}

function readManifest(): OwnManifest {
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as OwnManifest
}

/** The manifest of a new app; its packages are those that this one is tested with. */
function manifest(name: string, spec: string): object {
  const { devDependencies } = readManifest()
  const tested = (...names: string[]): Record<string, string | undefined> =>
    Object.fromEntries(names.map((each) => [each, devDependencies[each]]))
  return {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    engines: { node: '>=20.19' },
    scripts: {
      build: 'tsc && npm run build:page',
      'build:page':
        'esbuild page/page.ts --bundle --format=esm --target=es2022 --minify --outfile=dist/page/page.js && ' +
        "node -e \"for (const f of ['index.html', 'style.css']) fs.copyFileSync('page/' + f, 'dist/page/' + f)\"",
      doctor: 'npm run --silent build && enfilade doctor dist/src/app.js',
      prestart: 'npm run --silent build',
      start: 'enfilade serve dist/src/app.js',
      pretest: 'npm run --silent build',
      test: 'node --test dist/test/',
    },
    dependencies: {
      enfilade: spec,
      ...tested('class-transformer', 'class-validator', 'reflect-metadata', 'tsyringe'),
      ...tested('uWebSockets.js'),
    },
    devDependencies: tested('@types/node', 'esbuild', 'typescript'),
  }
}

/** Where this package has come from: a file, a folder that is linked, or the registry. */
function findSpec(root: string): string {
  const modules = dirname(root.replace(/[\\/]$/, ''))
  const fallback = `^${readManifest().version}`
  if (basename(modules) !== 'node_modules') return `file:${root.replace(/[\\/]$/, '')}`
  const lock = join(modules, '.package-lock.json')
  if (!existsSync(lock)) return fallback
  const { packages } = JSON.parse(readFileSync(lock, 'utf8')) as {
    packages?: Record<string, { resolved?: string } | undefined>
  }
  const resolved = packages?.['node_modules/enfilade']?.resolved ?? ''
  if (!resolved.startsWith('file:')) return fallback
  return `file:${resolve(dirname(modules), resolved.slice('file:'.length))}`
}
