import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals'
import type { BrowserContext, Page, WebSocketRoute } from 'playwright-core'
import { describeInBrowser } from '../support/browser.js'
import { LossyProxy } from '../support/lossy-proxy.js'
import { watchFaults } from '../support/page-faults.js'
import { startSample, type Sample } from '../support/sample.js'

describeInBrowser('the chat page, when the connection is lost', (browser) => {
  let sample: Sample
  let proxy: LossyProxy
  let contexts: BrowserContext[] = []
  let tests = 0
  const faults: string[] = []

  beforeAll(async () => {
    sample = await startSample('02-chat')
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

  /** In a window of its own, so that one may be offline while the others are not. */
  const enter = async (name: string, prepare?: (page: Page) => Promise<void>): Promise<Page> => {
    const context = await browser().newContext()
    context.setDefaultTimeout(10_000)
    contexts.push(context)
    const page = await context.newPage()
    watchFaults(page, faults)
    await prepare?.(page)
    const port = name === 'Ben' ? proxy.port : sample.port
    await page.goto(`http://localhost:${port}/#room%20${tests}`)
    await page.getByLabel('Your name').fill(name)
    await page.getByRole('button', { name: 'Enter the room' }).click()
    await page.getByRole('heading', { level: 1, name: `room ${tests}` }).waitFor()
    return page
  }

  const say = async (page: Page, text: string): Promise<void> => {
    await page.getByLabel('Message', { exact: true }).fill(text)
    await page.getByRole('button', { name: 'Send' }).click()
  }

  const sent = '.message:not(.pending) .text'
  const hears = (page: Page, text: string): Promise<void> =>
    page.locator(sent).getByText(text, { exact: true }).waitFor()
  const texts = (page: Page): Promise<string[]> => page.locator('.message .text').allTextContents()
  const notices = (page: Page, text: string): Promise<void> =>
    page.getByRole('log').getByText(text, { exact: true }).waitFor()

  /** What a browser says when its network is there again. */
  const wake = (page: Page): Promise<boolean> =>
    page.evaluate(() => dispatchEvent(new Event('online')))

  it('misses nothing and doubles nothing when its way was lost, and says so', async () => {
    const [ann, ben] = [await enter('Ann'), await enter('Ben')]
    await say(ann, 'One')
    await hears(ben, 'One')
    proxy.cut()
    await ben.getByText('Connection lost. Reconnecting…').waitFor()
    await say(ann, 'Two')
    await say(ben, 'Four')
    await say(ann, 'Three')
    await hears(ann, 'Three')
    expect(await texts(ben)).toEqual(['One', 'Four'])
    proxy.restore()
    await wake(ben)
    await ben.locator('#room-status').getByText('Nothing was missed').waitFor()
    await hears(ann, 'Four')
    await hears(ben, 'Four')
    expect(await texts(ann)).toEqual(['One', 'Two', 'Three', 'Four'])
    expect(await texts(ben)).toEqual(['One', 'Two', 'Three', 'Four'])
    expect(await ben.locator('#banner-text').textContent()).toBe('')
  })

  it('says once what was heard though its reply was lost', async () => {
    const [ann, ben] = [await enter('Ann'), await enter('Ben')]
    proxy.deafen()
    await say(ben, 'Once')
    await hears(ann, 'Once')
    proxy.cut()
    await ben.getByText('Connection lost. Reconnecting…').waitFor()
    expect(await ben.locator('.pending').count()).toBe(1)
    proxy.restore()
    await wake(ben)
    await hears(ben, 'Once')
    await say(ben, 'Twice')
    await hears(ann, 'Twice')
    expect(await texts(ann)).toEqual(['Once', 'Twice'])
    expect(await texts(ben)).toEqual(['Once', 'Twice'])
  })

  it('says that it is offline, and goes on when it is not', async () => {
    const [ann, ben] = [await enter('Ann'), await enter('Ben')]
    await notices(ann, 'Ben joined')
    await ben.context().setOffline(true)
    await ben.getByText('You are offline. What you write is sent as soon as').waitFor()
    expect(await ben.locator('#room-status').textContent()).toBe('Offline')
    await say(ann, 'One')
    await say(ben, 'Two')
    expect(await ben.locator('.pending').count()).toBe(1)
    await ben.context().setOffline(false)
    await hears(ann, 'Two')
    await hears(ben, 'Two')
    expect(await texts(ann)).toEqual(['One', 'Two'])
    expect(await texts(ben)).toEqual(['One', 'Two'])
    await ben.locator('#room-status').getByText('Connected').waitFor()
  })

  it('tells of a gap after the server was killed, and goes on', async () => {
    const [ann, ben] = [await enter('Ann'), await enter('Ben')]
    await say(ann, 'Before')
    await hears(ben, 'Before')
    await sample.child.kill()
    await ann.getByText('Connection lost. Reconnecting…').waitFor()
    await say(ann, 'Meanwhile')
    expect(await ann.locator('.pending').count()).toBe(1)

    sample = await startSample('02-chat', { port: sample.port })
    await Promise.all([wake(ann), wake(ben)])
    await Promise.all([notices(ann, 'You are back'), notices(ben, 'You are back')])
    await Promise.all([hears(ann, 'Meanwhile'), hears(ben, 'Meanwhile')])
    await ann.locator('.person', { hasText: 'Ben' }).waitFor()
    await ben.locator('.person', { hasText: 'Ann' }).waitFor()
    await say(ben, 'After')
    await hears(ann, 'After')
    expect(await texts(ann)).toEqual(['Before', 'Meanwhile', 'After'])
    expect(await texts(ben)).toEqual(['Before', 'Meanwhile', 'After'])
  }, 30_000)

  it('offers to connect again after a final end', async () => {
    let route: WebSocketRoute | undefined
    const ann = await enter('Ann', (page) =>
      page.routeWebSocket('**/ws', (socket) => {
        route = socket
        socket.connectToServer()
      }),
    )
    await route?.close({ code: 4403, reason: 'The house is closed.' })
    await ann.getByText('Disconnected. The house is closed.').waitFor()
    await ann.getByRole('button', { name: 'Connect again' }).click()
    await notices(ann, 'You are back')
    await say(ann, 'Hello')
    await hears(ann, 'Hello')
    expect(await ann.getByRole('button', { name: 'Connect again' }).isVisible()).toBe(false)
  })
})
