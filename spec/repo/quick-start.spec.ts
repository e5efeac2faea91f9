import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import ts from 'typescript'
import { codeBlocks, readPage, section } from '../support/docs.js'
import { fork } from '../support/fork.js'
import { repository } from '../support/fixture.js'
import { WireClient } from '../support/wire-client.js'

const FILE = 'build/quick-start/main.js'

/** The first controller of the README, compiled by the README's tsconfig.json, on another port. */
function compileQuickStart(): void {
  const blocks = codeBlocks(section(readPage('README.md'), 'Use it in a project of your own'))
  const codeOf = (language: string) => blocks.find(({ info }) => info === language)?.code ?? ''
  const { compilerOptions } = JSON.parse(codeOf('json')) as { compilerOptions: object }
  const { options } = ts.convertCompilerOptionsFromJson(compilerOptions, repository)
  const source = codeOf('ts').replace('3000', 'Number(process.env.PORT)')
  mkdirSync(join(repository, 'build/quick-start'), { recursive: true })
  // A single file is not known to belong to an ESM package: what NodeNext makes of that is said here.
  const esm = { ...options, module: ts.ModuleKind.ESNext }
  const { outputText } = ts.transpileModule(source, { compilerOptions: esm })
  writeFileSync(join(repository, FILE), outputText)
}

it('the quick start of the README answers, and ends at SIGTERM', async () => {
  compileQuickStart()
  const server = await fork(FILE, { ready: /localhost:(\d+)/ })
  const client = await WireClient.connect(`ws://127.0.0.1:${server.port}`)
  expect(await client.call('join', '/chat/general')).toEqual({ welcome: 'general' })
  expect(await client.call('say', '/chat/general', { text: 'hello' })).toMatchObject({
    text: 'hello',
  })
  expect(await client.nextPush('said')).toMatchObject({ params: { room: 'general' } })
  await expect(client.call('say', '/chat/general', { text: 42 })).rejects.toMatchObject({
    code: 400,
  })
  const [exit, close] = await Promise.all([server.stop(), client.closed])
  expect(close.code).toBe(1012)
  expect(exit).toMatchObject({ code: 0, stderr: '' })
})
