import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, jest } from '@jest/globals'
import { chromium, type Browser } from 'playwright-core'

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const startTimeoutMs = 60_000

/** For a test: several pages of a browser, on a machine that does other things as well. */
const testTimeoutMs = 60_000

/** Path of the Chromium on this machine, if there is one. */
function findChromium(): string | undefined {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8', stdio: 'pipe' }).trim()
    } catch {
      // Not under this name.
    }
  }
  return undefined
}

/**
 * A `describe` whose tests drive a headless Chromium: `browser()` gives it inside hooks and tests.
 * Without a Chromium the tests are skipped with a printed reason, but fail when CI is `'true'`.
 */
export function describeInBrowser(name: string, define: (browser: () => Browser) => void): void {
  jest.setTimeout(testTimeoutMs)
  const executablePath = findChromium()
  if (!executablePath && process.env.CI !== 'true') {
    process.stderr.write(`Skipped "${name}": there is no chromium on this machine\n`)
  }
  const describeOrSkip = executablePath || process.env.CI === 'true' ? describe : describe.skip
  describeOrSkip(name, () => {
    let browser: Browser | undefined
    beforeAll(async () => {
      if (!executablePath) throw new Error('Browser tests need chromium, and CI has to have it')
      browser = await chromium.launch({ executablePath, args: flags, timeout: startTimeoutMs })
    }, startTimeoutMs)
    afterAll(() => browser?.close())
    define(() => {
      if (!browser) throw new Error('The browser is there inside hooks and tests only')
      return browser
    })
  })
}
