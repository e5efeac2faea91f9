import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { create } from '../../../lib/cli/create.js'
import { runCli } from '../../../lib/cli/run-cli.js'
import { repository } from '../../support/fixture.js'
import { recordingIo } from '../../support/recording-io.js'

interface Manifest {
  name: string
  scripts: Record<string, string>
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}

let cwd: string

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'enfilade-create-'))
})
afterEach(() => rmSync(cwd, { recursive: true }))

async function run(...args: string[]) {
  const io = recordingIo({ cwd })
  const code = await runCli(['create', ...args], [create], io)
  return { code, ...io.written }
}

const read = (...path: string[]): string => readFileSync(join(cwd, ...path), 'utf8')

describe('enfilade create', () => {
  it('makes a folder with all that an app needs, and says what to do next', async () => {
    const { code, out } = await run('my-chat')
    expect(code).toBe(0)
    expect(out).toContain('  cd my-chat\n  npm install\n  npm test\n  npm start\n')
    const files = readdirSync(join(cwd, 'my-chat'), { recursive: true, encoding: 'utf8' })
    expect(files).toEqual(
      expect.arrayContaining([
        ...['.gitignore', '.dockerignore', '.github/workflows/ci.yml', 'Dockerfile', 'README.md'],
        ...['package.json', 'tsconfig.json', 'src/app.ts', 'src/chat-controller.ts'],
        ...['src/chat.channel.ts', 'page/index.html', 'page/page.ts', 'test/chat.spec.ts'],
      ]),
    )
    expect(files.filter((file) => /(^|\/)_/.test(file))).toEqual([])
    expect(read('my-chat/README.md')).toMatch(/^# my-chat\n/)
    expect(
      files
        .filter((file) => file.includes('.') && existsSync(join(cwd, 'my-chat', file)))
        .filter(
          (file) => /\.(html|md|ts|css|json)$/.test(file) && read('my-chat', file).includes('{{'),
        ),
    ).toEqual([])
  })

  it('pins the packages that this one is tested with', async () => {
    await run('app', '--package', 'file:../enfilade.tgz')
    const { name, dependencies, devDependencies } = JSON.parse(read('app/package.json')) as Manifest
    const own = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as Manifest
    expect([name, dependencies.enfilade]).toEqual(['app', 'file:../enfilade.tgz'])
    const { enfilade: _, ...others } = { ...dependencies, ...devDependencies }
    for (const [each, version] of Object.entries(others)) {
      expect([each, version]).toEqual([each, own.devDependencies[each]])
    }
    expect(Object.keys(others)).toHaveLength(8)
  })

  it('takes itself from where it is when it was not installed', async () => {
    await run('app')
    const { dependencies } = JSON.parse(read('app/package.json')) as Manifest
    expect(dependencies.enfilade).toBe(`file:${repository.replace(/\/$/, '')}`)
  })

  it('takes an empty folder, and none that is not', async () => {
    mkdirSync(join(cwd, 'empty'))
    mkdirSync(join(cwd, 'full'))
    writeFileSync(join(cwd, 'full/notes.txt'), 'mine')
    writeFileSync(join(cwd, 'file'), 'mine')
    expect((await run('empty')).code).toBe(0)
    for (const name of ['full', 'file']) {
      const { code, err } = await run(name)
      expect(code).toBe(2)
      expect(err).toContain('is there already, and not empty')
    }
    expect([readdirSync(join(cwd, 'full')), read('file')]).toEqual([['notes.txt'], 'mine'])
  })

  it.each(['My App', 'ünï', '-x', 'a'.repeat(200)])(
    'takes no name that npm would not: %s',
    async (name) => {
      const { code, err } = await run('--', name)
      expect(code).toBe(2)
      expect(err).toContain('is no name for a package')
      expect(readdirSync(cwd)).toEqual([])
    },
  )
})
