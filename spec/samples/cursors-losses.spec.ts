import { expect, it } from '@jest/globals'
import type { Page, WebSocketRoute } from 'playwright-core'
import { describeSample, wake, type WindowOptions } from '../support/sample-windows.js'

describeSample('the page of cursors, when the connection is lost', '06-cursors', (windows) => {
  const open = async (name: string, options?: WindowOptions): Promise<Page> => {
    const page = await windows.open(`#board-${windows.test}`, {
      ...{ viewport: { width: 1200, height: 720 }, lossy: name === 'Ben' },
      ...options,
    })
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

  it('goes on as the same member, with what was pointed at meanwhile', async () => {
    const [ann, ben] = [await open('Ann'), await open('Ben')]
    await moves(ben, ann, { name: 'Ben', y: 200 })
    windows.proxy.cut()
    await says(ben, 'Connection lost. Reconnecting…')
    expect(await isLive(ben)).toBe('false')
    await ann.mouse.click(400, 400)
    await ann.locator('.wave').waitFor({ state: 'detached' })
    const ripple = ben.locator('.wave').waitFor({ state: 'attached' })
    windows.proxy.restore()
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
    const restart = await windows.kill()
    await Promise.all([ann, ben].map((page) => says(page, 'Connection lost. Reconnecting…')))
    await restart()
    await wake(ann, ben)
    await Promise.all(
      [ann, ben].map((page) => says(page, 'You are back. Waves may have been missed.')),
    )
    await Promise.all([ann, ben].map((page) => says(page, '2 people here')))
    await moves(ann, ben, { name: 'Ann', y: 300 })
    await moves(ben, ann, { name: 'Ben', y: 350 })
    expect(await cursor(ann, 'Ben').count()).toBe(1)
  })

  it('offers to connect again after a final end', async () => {
    let route: WebSocketRoute | undefined
    const ann = await open('Ann', {
      prepare: (page) =>
        page.routeWebSocket('**/ws', (socket) => {
          route = socket
          socket.connectToServer()
        }),
    })
    await route?.close({ code: 4403, reason: 'Closed for today' })
    await says(ann, 'Disconnected: the server ended the connection.')
    expect(await ann.getByText('It is quiet here').count()).toBe(0)
    await ann.getByRole('button', { name: 'Connect again' }).click()
    await says(ann, 'You are back.')
    expect(await isLive(ann)).toBe('true')
  })
})
