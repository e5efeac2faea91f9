import { gzipSync } from 'node:zlib'
import { expect, it } from '@jest/globals'
import { build } from 'esbuild'
import { fork as forkProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { repository } from '../support/fixture.js'

interface Bundle {
  text: string
  /** Every module that went into it, from the repository's folder. */
  inputs: string[]
}

/** Bundles a module that imports the client, as an application's build does. */
async function bundle(
  source: string,
  platform: 'browser' | 'neutral' = 'browser',
): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: source, resolveDir: join(repository, 'lib'), loader: 'ts' },
    ...{ bundle: true, minify: true, format: 'esm', platform, target: 'es2022' },
    ...{ write: false, metafile: true, absWorkingDir: repository, tsconfigRaw: '{}' },
  })
  const inputs = Object.keys(metafile.inputs).filter((path) => path !== '<stdin>')
  return { text: outputFiles[0]?.text ?? '', inputs }
}

const EVERYTHING = "export * from './client/index.ts'"

it('the client is smaller than 8 KiB, gzipped', async () => {
  const { text } = await bundle(EVERYTHING)
  const bytes = gzipSync(text, { level: 9 }).length
  expect(bytes).toBeGreaterThan(2000)
  expect(bytes).toBeLessThan(8 * 1024)
})

it('the client is made of lib/client and lib/protocol, and of nothing else', async () => {
  const { inputs } = await bundle(EVERYTHING, 'neutral')
  expect(inputs).toContain('lib/client/client.ts')
  expect(inputs.filter((path) => !/^lib\/(client|protocol)\//.test(path))).toEqual([])
})

it('who imports only a channel gets no client', async () => {
  const { text } = await bundle(
    "import { defineChannel } from './client/index.ts'; console.log(defineChannel('/a')())",
  )
  expect(text).not.toContain('WebSocket')
  expect(text.length).toBeLessThan(400)
})

it('who imports nothing of it keeps nothing of it', async () => {
  const { text } = await bundle("import './client/index.ts'")
  expect(text.trim()).toBe('')
})

it('can be imported where there is neither page nor WebSocket, and starts nothing', async () => {
  const { text } = await bundle(EVERYTHING)
  const folder = mkdtempSync(join(tmpdir(), 'enfilade-client-'))
  try {
    const bare = `for (const name of ['WebSocket', 'document', 'performance', 'setTimeout', 'navigator'])
      delete globalThis[name]`
    writeFileSync(join(folder, 'bare.mjs'), bare)
    writeFileSync(join(folder, 'client.mjs'), text)
    writeFileSync(join(folder, 'main.mjs'), "import './bare.mjs'; import './client.mjs'")
    const child = forkProcess(join(folder, 'main.mjs'), { silent: true, execArgv: [] })
    expect(await once(child, 'exit')).toEqual([0, null])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
