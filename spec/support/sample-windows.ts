import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { describeInBrowser } from './browser.js'
import { LossyProxy } from './lossy-proxy.js'
import { watchFaults } from './page-faults.js'
import { startSample, type Sample } from './sample.js'

/** How a window is opened. */
export interface WindowOptions extends BrowserContextOptions {
  /** Goes through the proxy: a way that can be lost. */
  lossy?: boolean
  /** Runs before the page is loaded. */
  prepare?: (page: Page) => Promise<unknown>
}

/** A sample, a proxy in front of it, and windows in which its page is open. */
export class SampleWindows {
  readonly #browser: () => Browser
  readonly #name: string
  readonly #faults: string[] = []
  #contexts: BrowserContext[] = []
  #running: { readonly sample: Sample; readonly proxy: LossyProxy } | undefined
  /** The number of the test: what tests share is named after it. */
  test = 0

  constructor(browser: () => Browser, name: string) {
    this.#browser = browser
    this.#name = name
  }

  get sample(): Sample {
    return this.#get().sample
  }

  get proxy(): LossyProxy {
    return this.#get().proxy
  }

  async start(): Promise<void> {
    const sample = await startSample(this.#name)
    this.#running = { sample, proxy: await LossyProxy.open(sample.port) }
  }

  async stop(): Promise<void> {
    await this.#running?.proxy.close()
    await this.#running?.sample.child.stop()
  }

  /** A test begins. */
  begin(): void {
    this.test++
    this.proxy.restore()
  }

  /** A test is over: no page may have been at fault. */
  async end(): Promise<void> {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()))
    expect(this.#faults.splice(0)).toEqual([])
  }

  /** In a window of its own, with its own network. */
  async open(path: string, options: WindowOptions = {}): Promise<Page> {
    const { lossy = false, prepare, ...contextOptions } = options
    const context = await this.#browser().newContext(contextOptions)
    context.setDefaultTimeout(10_000)
    this.#contexts.push(context)
    const page = await context.newPage()
    watchFaults(page, this.#faults)
    await prepare?.(page)
    const { port } = lossy ? this.proxy : this.sample
    await page.goto(`http://localhost:${port}/${path}`)
    return page
  }

  /** Kills the server; it is started again by what this returns, at the same port. */
  async kill(): Promise<() => Promise<void>> {
    const { sample, proxy } = this.#get()
    await sample.child.kill()
    return async () => {
      this.#running = { sample: await startSample(this.#name, { port: sample.port }), proxy }
    }
  }

  #get(): { readonly sample: Sample; readonly proxy: LossyProxy } {
    if (!this.#running) throw new Error('The sample runs inside hooks and tests only')
    return this.#running
  }
}

/** A `describe` about the page of a sample, for which a server runs. */
export function describeSample(
  title: string,
  name: string,
  define: (windows: SampleWindows) => void,
): void {
  describeInBrowser(title, (browser) => {
    const windows = new SampleWindows(browser, name)
    beforeAll(() => windows.start())
    afterAll(() => windows.stop())
    beforeEach(() => windows.begin())
    afterEach(() => windows.end())
    define(windows)
  })
}

/** Says what a browser says when its network is there again. */
export async function wake(...pages: readonly Page[]): Promise<void> {
  await Promise.all(pages.map((page) => page.evaluate(() => dispatchEvent(new Event('online')))))
}
