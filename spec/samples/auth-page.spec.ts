import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals'
import type { BrowserContext, Page } from 'playwright-core'
import { describeInBrowser } from '../support/browser.js'
import { startSample, type Sample } from '../support/sample.js'

/** What Chromium itself writes about the 401 of somebody who has not signed in. */
const UNAUTHORIZED = 'status of 401'

describeInBrowser('the board page', (browser) => {
  let sample: Sample
  let contexts: BrowserContext[] = []
  let sockets: string[] = []
  const errors: string[] = []

  beforeAll(async () => {
    // A token lasts as long as a person needs to see it replaced, and a test to wait for it.
    sample = await startSample('05-auth', { env: { TOKEN_SECONDS: '3' } })
  })
  afterAll(() => sample.child.stop())
  beforeEach(() => {
    contexts = []
    sockets = []
  })
  afterEach(async () => {
    await Promise.all(contexts.map((context) => context.close()))
    expect(errors.splice(0)).toEqual([])
  })

  const openPage = async (context: BrowserContext): Promise<Page> => {
    const page = await context.newPage()
    page.on('websocket', (socket) => sockets.push(socket.url()))
    page.on('pageerror', (error) => errors.push(String(error)))
    page.on('console', (message) => {
      const isFault = message.type() === 'error' || message.type() === 'warning'
      if (isFault && !message.text().includes(UNAUTHORIZED)) errors.push(message.text())
    })
    await page.goto(`http://localhost:${sample.port}/`)
    return page
  }

  /** In a window of its own, with its own cookies. */
  const newWindow = async (): Promise<Page> => {
    const context = await browser().newContext()
    context.setDefaultTimeout(10_000)
    contexts.push(context)
    return openPage(context)
  }

  const signIn = async (name: string): Promise<Page> => {
    const page = await newWindow()
    await page.getByLabel('Name').fill(name)
    await page.getByLabel('Password').fill('open sesame')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Board', exact: true }).waitFor()
    return page
  }

  const write = async (page: Page, text: string): Promise<void> => {
    await page.getByLabel('New line').fill(text)
    await page.getByRole('button', { name: 'Write' }).click()
  }

  const reads = (page: Page, text: string): Promise<void> =>
    page.locator('#lines li').getByText(text, { exact: true }).waitFor()

  it('says no to a wrong password', async () => {
    const page = await newWindow()
    await page.getByLabel('Name').fill('ann')
    await page.getByLabel('Password').fill('wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('This name and password do not go together.').waitFor()
    expect(await page.locator('#board').isVisible()).toBe(false)
  })

  it('replaces its token before it is missed, and the connection stays', async () => {
    const page = await signIn('ann')
    await page.locator('#tokens').getByText('3', { exact: true }).waitFor()
    await write(page, 'with the third token')
    await reads(page, 'with the third token')
    expect(sockets).toEqual([`ws://localhost:${sample.port}/ws`])
  })

  it('comes back after a reload, by its cookie, with no token kept anywhere', async () => {
    const page = await signIn('ann')
    const kept = await page.evaluate(() => [
      document.cookie,
      localStorage.length,
      sessionStorage.length,
    ])
    expect(kept).toEqual(['', 0, 0])
    await page.reload()
    await page.getByRole('heading', { name: 'Board', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    await page.reload()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
  })

  it('lets a reader read, and write as soon as the host says so', async () => {
    const [henri, ben] = [await signIn('henri'), await signIn('ben')]
    await write(henri, 'hello <b>Ben</b>')
    await reads(ben, 'hello <b>Ben</b>')
    await write(ben, 'hello Henri')
    await ben.getByText('Read-only in this room.').waitFor()
    await henri.getByLabel('What ben may do').selectOption('may write')
    await ben.locator('#role').getByText('may write').waitFor()
    await ben.getByRole('button', { name: 'Write' }).click()
    await reads(henri, 'hello Henri')
    expect(await ben.locator('#people').isVisible()).toBe(false)
  })

  it('shows the door to whom the host signs out, in every window, and after a reload', async () => {
    const [henri, ann] = [await signIn('henri'), await signIn('ann')]
    const second = await openPage(ann.context())
    await second.getByRole('heading', { name: 'Board', exact: true }).waitFor()
    await henri.getByRole('button', { name: 'Sign ann out' }).click()
    for (const page of [ann, second]) {
      await page.getByText('A host has signed you out').waitFor()
      expect(await page.locator('#board').isVisible()).toBe(false)
    }
    await ann.reload()
    await ann.getByRole('button', { name: 'Sign in' }).waitFor()
  })

  it('fits its window, in light and wide, in dark and narrow', async () => {
    const page = await signIn('henri')
    const long = 'long'.repeat(50)
    await write(page, long)
    await reads(page, long)
    for (const [colorScheme, width] of [
      ['light', 1200],
      ['dark', 375],
    ] as const) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 720 })
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      expect(overflow).toBe(0)
    }
  })
})
