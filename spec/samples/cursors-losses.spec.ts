import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals'
import type { BrowserContext, Page, WebSocketRoute } from 'playwright-core'
import { describeInBrowser } from '../support/browser.js'
import { LossyProxy } from '../support/lossy-proxy.js'
import { watchFaults } from '../support/page-faults.js'
import { startSample, type Sample } from '../support/sample.js'

describeInBrowser('the page of cursors, when the connection is lost', (browser) => {
  let sample: Sample
  let proxy: LossyProxy
  let contexts: BrowserContext[] = []
  let tests = 0
  const faults: string[] = []

  beforeAll(async () => {
    sample = await startSample('06-cursors')
    proxy = await LossyProxy.open(sample.port)
  })
  afterAll(async () => {
    await proxy.close()
    await sample.child.stop()
  })
  beforeEach(() => {
    tests++
    contexts = []
    proxy.restore()
  })
  afterEach(async () => {
    await Promise.all(contexts.map((context) => context.close()))
    expect(faults.splice(0)).toEqual([])
  })

  const open = async (name: string, prepare?: (page: Page) => Promise<void>): Promise<Page> => {
    const context = await browser().newContext({ viewport: { width: 1200, height: 720 } })
    context.setDefaultTimeout(10_000)
    contexts.push(context)
    const page = await context.newPage()
    watchFaults(page, faults)
    await prepare?.(page)
    const port = name === 'Ben' ? proxy.port : sample.port
    await page.goto(`http://localhost:${port}/#board-${tests}`)
    await page.getByLabel('Your name').fill(name)
    await page.locator('.roster li', { hasText: name }).waitFor()
    return page
  }

  const cursor = (page: Page, name: string) => page.locator('.cursor', { hasText: name })
  /** Cursors that stand still forever would be there, too: somewhere it was not before. */
  const moves = async (from: Page, to: Page, { name, y }: { name: string; y: number }) => {
    await from.mouse.move(300, y)
    await to.waitForFunction(
      ([text, top]) => {
        const board = document.querySelector('.canvas')?.getBoundingClientRect()
        const found = [...document.querySelectorAll('.cursor')].find(({ textContent }) =>
          textContent.includes(text),
        ) as HTMLElement | undefined
        const share = Number(found?.style.getPropertyValue('--y'))
        return board && Math.abs(board.top + (board.height * share) / 100 - top) < 3
      },
      [name, y] as const,
    )
  }
  const says = (page: Page, text: string): Promise<void> => page.getByText(text).waitFor()
  const isLive = (page: Page): Promise<string | null> =>
    page.locator('main').getAttribute('data-live')

  /** What a browser says when its network is there again. */
  const wake = (page: Page): Promise<boolean> =>
    page.evaluate(() => dispatchEvent(new Event('online')))

  it('goes on as the same member, with what was pointed at meanwhile', async () => {
    const [ann, ben] = [await open('Ann'), await open('Ben')]
    await moves(ben, ann, { name: 'Ben', y: 200 })
    proxy.cut()
    await says(ben, 'Connection lost. Reconnecting…')
    expect(await isLive(ben)).toBe('false')
    await ann.mouse.click(400, 400)
    await ann.locator('.wave').waitFor({ state: 'detached' })
    const ripple = ben.locator('.wave').waitFor({ state: 'attached' })
    proxy.restore()
    await wake(ben)
    await ripple
    await says(ben, 'You are back. Nothing was missed.')
    await moves(ben, ann, { name: 'Ben', y: 300 })
    await moves(ann, ben, { name: 'Ann', y: 350 })
    expect(await ann.locator('.roster li').count()).toBe(2)
    expect(await isLive(ben)).toBe('true')
  })

  it('says that it is offline, and goes on when it is not', async () => {
    const [ann, ben] = [await open('Ann'), await open('Ben')]
    await moves(ann, ben, { name: 'Ann', y: 200 })
    await ben.context().setOffline(true)
    await says(ben, 'You are offline.')
    expect(await isLive(ben)).toBe('false')
    await ann.mouse.move(300, 300)
    await ben.context().setOffline(false)
    await moves(ann, ben, { name: 'Ann', y: 320 })
    await moves(ben, ann, { name: 'Ben', y: 250 })
    expect(await isLive(ben)).toBe('true')
  })

  it('tells of a gap after the server was killed, and all see each other again', async () => {
    const [ann, ben] = [await open('Ann'), await open('Ben')]
    await moves(ann, ben, { name: 'Ann', y: 200 })
    await sample.child.kill()
    await Promise.all([ann, ben].map((page) => says(page, 'Connection lost. Reconnecting…')))
    sample = await startSample('06-cursors', { port: sample.port })
    await Promise.all([ann, ben].map(wake))
    await Promise.all(
      [ann, ben].map((page) => says(page, 'You are back. Waves may have been missed.')),
    )
    await Promise.all([ann, ben].map((page) => says(page, '2 people here')))
    await moves(ann, ben, { name: 'Ann', y: 300 })
    await moves(ben, ann, { name: 'Ben', y: 350 })
    expect(await cursor(ann, 'Ben').count()).toBe(1)
  }, 30_000)

  it('offers to connect again after a final end', async () => {
    let route: WebSocketRoute | undefined
    const ann = await open('Ann', (page) =>
      page.routeWebSocket('**/ws', (socket) => {
        route = socket
        socket.connectToServer()
      }),
    )
    await route?.close({ code: 4403, reason: 'Closed for today' })
    await says(ann, 'Disconnected: the server ended the connection.')
    await ann.getByRole('button', { name: 'Connect again' }).click()
    await says(ann, 'You are back.')
    expect(await isLive(ann)).toBe('true')
  })
})
