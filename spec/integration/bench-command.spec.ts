import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from '@jest/globals'
import type { BenchReport } from '../../lib/cli/bench/bench-report.js'
import { createCertificate } from '../support/certificate.js'
import { compileFixture, repository } from '../support/fixture.js'

/** Runs it as a program, of which `env` is the environment. */
async function bench(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<BenchReport> {
  const main = join(repository, 'dist/cli/main.js')
  const { NODE_OPTIONS: _jestsOwn, ...own } = process.env
  const given = [main, 'bench', ...args, '--json']
  const { stdout } = await promisify(execFile)(process.execPath, given, { env: { ...own, ...env } })
  return JSON.parse(stdout) as BenchReport
}

it('starts the app of a file, measures it past its limits, and tells what it used', async () => {
  const app = await compileFixture('spec/support/fixtures/described-app.ts')
  // What two connections may send at the default rate is 600 messages, with the warm-up.
  const load = ['--connections', '2', '--depth', '16', '--seconds', '0.5']
  const report = await bench([app, '--route', 'greet /hello', ...load])
  expect(report).toMatchObject({ errors: {}, lost: {}, unanswered: 0 })
  expect(report.messages).toBeGreaterThan(600)
  expect(report.server?.cpuPerMillion).toBeGreaterThan(0)
  expect(report.server?.memory).toBeGreaterThan(1e6)
}, 30_000)

it('measures the app of a file that serves TLS', async () => {
  const app = await compileFixture('spec/support/fixtures/tls-app.ts')
  const { keyFile, certFile, remove } = await createCertificate()
  const env = { KEY_FILE: keyFile, CERT_FILE: certFile }
  const given = [app, '--route', 'greet /hello', '--seconds', '0.1', '--connections', '2']
  const report = await bench([...given, '--tls'], env)
  expect(report).toMatchObject({ errors: {}, lost: {}, unanswered: 0 })
  expect(report.messages).toBeGreaterThan(0)
  expect(report.server?.cpuPerMillion).toBeGreaterThan(0)
  const stderr: unknown = expect.stringContaining(
    'closed the connection (where it serves TLS: --tls',
  )
  await expect(bench(given, env)).rejects.toMatchObject({ code: 1, stderr })
  await remove()
}, 30_000)
