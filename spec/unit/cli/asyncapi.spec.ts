import { fileURLToPath } from 'node:url'
import { expect, it } from '@jest/globals'
import { asyncapi } from '../../../lib/cli/asyncapi.js'
import { runCli } from '../../../lib/cli/run-cli.js'
import { recordingIo } from '../../support/recording-io.js'

const fixtures = fileURLToPath(new URL('../../support/fixtures/', import.meta.url))

async function run(...args: string[]) {
  const io = recordingIo()
  const code = await runCli(['asyncapi', ...args], [asyncapi], { ...io, cwd: fixtures })
  return { code, out: io.written.out, err: io.written.err }
}

it('prints the document of the app, and nothing else', async () => {
  const server = 'wss://example.com/ws'
  const given = ['--title', 'Hello', '--app-version', '2.0.0', '--server', server]
  const { code, out, err } = await run('described-app.ts', ...given)
  expect([code, err]).toEqual([0, ''])
  expect(JSON.parse(out)).toMatchObject({
    asyncapi: '3.0.0',
    info: { title: 'Hello', version: '2.0.0' },
    servers: { default: { host: 'example.com', protocol: 'wss', pathname: '/ws' } },
    channels: { hello: { address: '/hello' } },
    operations: { 'Hello.greet': { action: 'receive' } },
  })
})

it.each(['example.com', 'https://example.com', 'wss://'])(
  'takes no server such as %s',
  async (server) => {
    const { code, out, err } = await run('described-app.ts', '--server', server)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(`--server is "${server}"`)
  },
)

it('says which file is not there', async () => {
  const { code, err } = await run('nothing.ts')
  expect(code).toBe(2)
  expect(err).toContain('there is no file')
})
