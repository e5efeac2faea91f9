import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from '@jest/globals'
import type { BenchReport } from '../../lib/cli/bench/bench-report.js'
import { compileFixture, repository } from '../support/fixture.js'

it('starts the app of a file, measures it past its limits, and tells what it used', async () => {
  const app = await compileFixture('spec/support/fixtures/described-app.ts')
  // What two connections may send at the default rate is 600 messages, with the warm-up.
  const load = ['--connections', '2', '--depth', '16', '--seconds', '0.5']
  const given = ['bench', app, '--route', 'greet /hello', '--json', ...load]
  const main = join(repository, 'dist/cli/main.js')
  const { NODE_OPTIONS: _jestsOwn, ...env } = process.env
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...given], { env })
  const report = JSON.parse(stdout) as BenchReport
  expect(report).toMatchObject({ errors: {}, lost: {}, unanswered: 0 })
  expect(report.messages).toBeGreaterThan(600)
  expect(report.server?.cpuPerMillion).toBeGreaterThan(0)
  expect(report.server?.memory).toBeGreaterThan(1e6)
}, 30_000)
