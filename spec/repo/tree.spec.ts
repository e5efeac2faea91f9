import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { plain, readPage, readPages, tableRows } from '../support/docs.js'
import { repository } from '../support/fixture.js'

interface Manifest {
  exports: Record<string, string | Record<string, string>>
  scripts: Record<string, string>
}

const manifest = JSON.parse(readPage('package.json').text) as Manifest

/** The text files below a folder, by path from the repository's. */
function filesIn(folder: string): string[] {
  if (!existsSync(join(repository, folder))) return []
  return readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name}`)
    .filter((path) => !path.includes('node_modules') && statSync(join(repository, path)).isFile())
}

function read(path: string): string {
  return readFileSync(join(repository, path), 'utf8')
}

describe('lib/', () => {
  const sizes = filesIn('lib').map((path) => ({ path, lines: read(path).split('\n').length - 1 }))

  it('has no file of more than 400 lines, and half of them have no more than 100', () => {
    expect(sizes.filter(({ lines }) => lines > 400)).toEqual([])
    const sorted = sizes.map(({ lines }) => lines).sort((a, b) => a - b)
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(100)
  })

  it('has the folders that docs/architecture.md describes', () => {
    const documented = tableRows(readPage('docs/architecture.md'), 'folder').map(([name]) =>
      plain(name),
    )
    const entries = readdirSync(join(repository, 'lib'), { withFileTypes: true })
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${name}/`)
    expect(documented.filter((name) => name.endsWith('/')).sort()).toEqual(folders.sort())
  })
})

it('what waits in an app asks its clock, so that a test can let the time pass', () => {
  const folders = ['cluster', 'compile', 'documents', 'rooms', 'runtime', 'uws', 'validation']
  const files = filesIn('lib').filter((path) => {
    const [, folder = '', rest] = path.split('/')
    return rest === undefined || folders.includes(folder)
  })
  expect(files.length).toBeGreaterThan(100)
  const direct =
    /(?<![\w.#])(setTimeout|setInterval|setImmediate)\(|performance\.now\(|Date\.now\(|timers\/promises/
  const past = files.filter((path) => direct.test(read(path)))
  // The end of a process is no app's, the others are what is used without an app.
  expect(past.sort()).toEqual(['lib/documents/document-timers.ts', 'lib/runtime/exit-signals.ts'])
})

it('nothing is left to be done later', () => {
  const marks = /\b(TODO|FIXME|XXX|HACK)\b/
  const paths = ['lib', 'docs', 'samples', 'scripts', 'benchmarks'].flatMap(filesIn)
  const sources = [...paths, 'README.md', 'CHANGELOG.md'].filter((path) =>
    /\.(ts|js|md|html)$/.test(path),
  )
  expect(sources.length).toBeGreaterThan(100)
  expect(sources.filter((path) => marks.test(read(path)))).toEqual([])
})

it('every file that package.json exports has been built', () => {
  const targets = Object.values(manifest.exports).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : Object.values(entry),
  )
  expect(targets).toContain('./dist/index.js')
  expect(targets.filter((path) => !existsSync(join(repository, path)))).toEqual([])
})

it('every npm script that the docs name exists', () => {
  const text = readPages()
    .map((page) => page.text)
    .join('\n')
  const named = [...text.matchAll(/\bnpm (?:run (?:--silent )?([\w:-]+)|(test|start)\b)/g)]
  const scripts = new Set(named.map(([, script, short]) => script ?? short ?? ''))
  expect(scripts.size).toBeGreaterThan(8)
  expect([...scripts].filter((script) => !(script in manifest.scripts))).toEqual([])
})
