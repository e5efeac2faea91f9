import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import ts from 'typescript'
import { codeBlocks, readPage } from '../support/docs.js'
import { repository } from '../support/fixture.js'

const folder = join(repository, 'build', 'testing-examples')
const run = promisify(execFile)

/** What users copy: as it stands, compiled with metadata. */
function writeExample(runner: string, name: string): string {
  const block = codeBlocks(readPage('docs/testing.md')).find(
    ({ code }) => code.includes(`from '${runner}'`) && code.includes('createTestApp'),
  )
  const compilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
  }
  const { outputText } = ts.transpileModule(block?.code ?? '', { compilerOptions })
  mkdirSync(folder, { recursive: true })
  const file = join(folder, name)
  writeFileSync(file, outputText)
  return file
}

/** @returns all that it printed; rejects when a test failed */
async function node(...args: readonly string[]): Promise<string> {
  const { NODE_OPTIONS: _own, ...env } = process.env
  const { stdout, stderr } = await run(process.execPath, args, {
    cwd: repository,
    env: { ...env, NO_COLOR: '1' },
  })
  return stdout + stderr
}

describe('the examples of docs/testing.md pass', () => {
  it('with node:test', async () => {
    const file = writeExample('node:test', 'node.example.js')
    expect(await node('--test', '--test-reporter=tap', file)).toContain('# pass 1\n')
  })

  it('with Jest', async () => {
    writeExample('@jest/globals', 'jest.example.js')
    const config = JSON.stringify({
      rootDir: folder,
      testMatch: ['**/jest.example.js'],
      transform: {},
    })
    const jest = 'node_modules/jest/bin/jest.js'
    const printed = await node('--experimental-vm-modules', jest, '--config', config)
    expect(printed).toMatch(/Tests: +1 passed, 1 total/)
  }, 60_000)

  it('with Vitest', async () => {
    writeExample('vitest', 'vitest.example.test.js')
    const vitest = 'node_modules/vitest/vitest.mjs'
    const printed = await node(
      vitest,
      'run',
      '--root',
      folder,
      '--dir',
      folder,
      '--pool',
      'threads',
      'vitest.example.test.js',
    )
    expect(printed).toMatch(/Tests +1 passed/)
  }, 60_000)
})
