import { expect, it } from '@jest/globals'
import type { Page, WebSocketRoute } from 'playwright-core'
import { describeSample, wake, type WindowOptions } from '../support/sample-windows.js'

describeSample('the chat page, when the connection is lost', '02-chat', (windows) => {
  const enter = async (name: string, options?: WindowOptions): Promise<Page> => {
    const room = `room ${windows.test}`
    const page = await windows.open(`#${encodeURIComponent(room)}`, {
      lossy: name === 'Ben',
      ...options,
    })
    await page.getByLabel('Your name').fill(name)
    await page.getByRole('button', { name: 'Enter the room' }).click()
    await page.getByRole('heading', { level: 1, name: room }).waitFor()
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

  it('misses nothing and doubles nothing when its way was lost, and says so', async () => {
    const [ann, ben] = [await enter('Ann'), await enter('Ben')]
    await say(ann, 'One')
    await hears(ben, 'One')
    windows.proxy.cut()
    await ben.getByText('Connection lost. Reconnecting…').waitFor()
    await say(ann, 'Two')
    await say(ben, 'Four')
    await say(ann, 'Three')
    await hears(ann, 'Three')
    expect(await texts(ben)).toEqual(['One', 'Four'])
    windows.proxy.restore()
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
    windows.proxy.deafen()
    await say(ben, 'Once')
    await hears(ann, 'Once')
    windows.proxy.cut()
    await ben.getByText('Connection lost. Reconnecting…').waitFor()
    expect(await ben.locator('.pending').count()).toBe(1)
    windows.proxy.restore()
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
    const restart = await windows.kill()
    await ann.getByText('Connection lost. Reconnecting…').waitFor()
    await say(ann, 'Meanwhile')
    expect(await ann.locator('.pending').count()).toBe(1)

    await restart()
    await wake(ann, ben)
    await Promise.all([notices(ann, 'You are back'), notices(ben, 'You are back')])
    await Promise.all([hears(ann, 'Meanwhile'), hears(ben, 'Meanwhile')])
    await ann.locator('.person', { hasText: 'Ben' }).waitFor()
    await ben.locator('.person', { hasText: 'Ann' }).waitFor()
    await say(ben, 'After')
    await hears(ann, 'After')
    expect(await texts(ann)).toEqual(['Before', 'Meanwhile', 'After'])
    expect(await texts(ben)).toEqual(['Before', 'Meanwhile', 'After'])
  })

  it('offers to connect again after a final end', async () => {
    let route: WebSocketRoute | undefined
    const ann = await enter('Ann', {
      prepare: (page) =>
        page.routeWebSocket('**/ws', (socket) => {
          route = socket
          socket.connectToServer()
        }),
    })
    await route?.close({ code: 4403, reason: 'The house is closed.' })
    await ann.getByText('Disconnected. The house is closed.').waitFor()
    await ann.getByRole('button', { name: 'Connect again' }).click()
    await notices(ann, 'You are back')
    await say(ann, 'Hello')
    await hears(ann, 'Hello')
    expect(await ann.getByRole('button', { name: 'Connect again' }).isVisible()).toBe(false)
  })
})
