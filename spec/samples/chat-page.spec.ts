import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals'
import type { BrowserContext, Page } from 'playwright-core'
import { describeInBrowser } from '../support/browser.js'
import { watchFaults } from '../support/page-faults.js'
import { startSample, type Sample } from '../support/sample.js'

interface EnterOptions {
  name: string
  room?: string
}

describeInBrowser('the chat page', (browser) => {
  let sample: Sample
  let context: BrowserContext
  let tests = 0
  const errors: string[] = []

  beforeAll(async () => {
    sample = await startSample('02-chat')
  })
  afterAll(() => sample.child.stop())

  beforeEach(async () => {
    tests++
    context = await browser().newContext()
    context.setDefaultTimeout(10_000)
  })
  afterEach(async () => {
    await context.close()
    expect(errors.splice(0)).toEqual([])
  })

  const openTab = async (hash = ''): Promise<Page> => {
    const page = await context.newPage()
    watchFaults(page, errors)
    await page.goto(`http://localhost:${sample.port}/${hash}`)
    await page.locator('#lobby-status[data-status=open]').waitFor()
    return page
  }

  const enter = async ({ name, room = `room ${tests}` }: EnterOptions): Promise<Page> => {
    const page = await openTab()
    await page.getByLabel('Your name').fill(name)
    await page.getByLabel('Room', { exact: true }).fill(room)
    await page.getByRole('button', { name: 'Enter the room' }).click()
    await page.getByRole('heading', { level: 1, name: room, exact: true }).waitFor()
    return page
  }

  const say = async (page: Page, text: string): Promise<void> => {
    await page.getByLabel('Message', { exact: true }).fill(text)
    await page.getByRole('button', { name: 'Send' }).click()
  }

  const hears = (page: Page, text: string): Promise<void> =>
    page.getByRole('log').locator('.message:not(.pending) .text').getByText(text).waitFor()

  const notices = (page: Page, text: string): Promise<void> =>
    page.getByRole('log').getByText(text, { exact: true }).waitFor()

  const texts = (page: Page): Promise<string[]> => page.locator('.message .text').allTextContents()

  const people = (page: Page): Promise<string[]> => page.locator('.person .name').allTextContents()

  it('lets two tabs talk, shows who is there, and lets one leave and come back', async () => {
    const ann = await enter({ name: 'Ann' })
    const ben = await enter({ name: 'Ben' })
    await notices(ann, 'Ben joined')
    expect(await people(ann)).toEqual(['Ann', 'Ben'])
    expect(await people(ben)).toEqual(['Ben', 'Ann'])

    await say(ann, 'Hello, Ben')
    await hears(ben, 'Hello, Ben')
    await say(ben, 'Hello, Ann')
    await hears(ann, 'Hello, Ann')
    expect(await texts(ann)).toEqual(['Hello, Ben', 'Hello, Ann'])
    expect(await texts(ben)).toEqual(['Hello, Ben', 'Hello, Ann'])

    await ben.getByLabel('Message', { exact: true }).pressSequentially('I')
    await ann.getByText('Ben is typing…').waitFor()
    await ben.getByRole('button', { name: 'Leave the room' }).click()
    await notices(ann, 'Ben left')
    expect(await people(ann)).toEqual(['Ann'])

    await ben.getByRole('button', { name: 'Enter the room' }).click()
    await hears(ben, 'Hello, Ben')
    expect(await texts(ben)).toEqual(['Hello, Ben', 'Hello, Ann'])
    await ben.close()
    await ann.getByText('Ben left').nth(1).waitFor()
  })

  it('says in words why a message was not sent, and keeps its text', async () => {
    const page = await enter({ name: 'Ann' })
    const field = page.getByLabel('Message', { exact: true })
    const tooLong = 'x'.repeat(2001)
    await say(page, tooLong)
    await page.getByText('Not sent. A message has 1 to 2,000 characters.').waitFor()
    expect(await field.inputValue()).toBe(tooLong)
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    expect(await texts(page)).toEqual([])

    // Past the payload limit the server would cut the connection: the page does not let it.
    await say(page, 'x'.repeat(70_000))
    await page.getByText('Not sent. That is far too long.').waitFor()
    await say(page, 'Short')
    await hears(page, 'Short')
    expect(await page.locator('#say-error').textContent()).toBe('')
    expect(await field.getAttribute('aria-invalid')).toBeNull()
  })

  it('says what is wrong with a name and a room, and goes there', async () => {
    const page = await openTab()
    for (const [name, room, text, id] of [
      ['', 'general', 'Say who you are', 'name'],
      ['Ann', ' ', 'Name a room', 'room-name'],
      ['x'.repeat(41), 'general', 'A name has 1 to 40 characters.', 'name'],
      ['Ann', 'ü'.repeat(100), 'A room name has at most 255 bytes.', 'room-name'],
    ] as const) {
      await page.getByLabel('Your name').fill(name)
      await page.getByLabel('Room', { exact: true }).fill(room)
      await page.getByRole('button', { name: 'Enter the room' }).click()
      await page.getByRole('alert').getByText(text).waitFor()
      expect(await page.evaluate(() => document.activeElement?.id)).toBe(id)
      expect(await page.locator('[aria-invalid=true]').getAttribute('id')).toBe(id)
    }
  })

  it('needs no mouse', async () => {
    const page = await openTab('#garden')
    const { keyboard } = page
    const focused = () => page.evaluate(() => document.activeElement?.id)
    expect(await focused()).toBe('name')
    await keyboard.type('Ann')
    await keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'garden' }).waitFor()
    expect(await focused()).toBe('text')
    await keyboard.type('One')
    await keyboard.press('Shift+Enter')
    await keyboard.type('Two')
    await keyboard.press('Enter')
    await hears(page, 'Two')
    expect(await texts(page)).toEqual(['One\nTwo'])
    expect(await focused()).toBe('text')

    const stops: (string | undefined)[] = []
    for (let press = 0; press < 2; press++) {
      await keyboard.press('Shift+Tab')
      stops.push(await focused())
    }
    expect(stops).toEqual(['log', 'leave'])
    const ring = await page.locator('#leave').evaluate((leave) => getComputedStyle(leave).boxShadow)
    expect(ring).not.toBe('none')
    await keyboard.press('Enter')
    expect(await focused()).toBe('room-name')
  })

  it('shows whatever people type as text', async () => {
    const room = '<img src=x onerror=alert(1)> ../a%2Fb?c#d 图书馆'
    const name = '<b>Ann</b> 🙂'
    const page = await enter({ name, room })
    const ben = await enter({ name: 'بن', room })
    await notices(page, 'بن joined')
    const text = '<script>document.title = "broken"</script> <a href="javascript:alert(1)">x</a>'
    await say(page, text)
    await hears(ben, text)
    expect(await ben.locator('.author').textContent()).toBe(name)
    expect(await people(ben)).toEqual(['بن', name])
    expect(await ben.title()).toBe(`${room} · Enfilade chat`)
    expect(await ben.locator('.room img[src="x"], .room b, .room script, .room a').count()).toBe(0)

    const invited = await openTab(new URL(page.url()).hash)
    expect(await invited.getByLabel('Room', { exact: true }).inputValue()).toBe(room)
  })

  it('keeps the place of a reader, and offers what is new', async () => {
    const page = await enter({ name: 'Ann' })
    const ben = await enter({ name: 'Ben' })
    const long = 'A line\n'.repeat(60)
    await say(ben, long)
    await page.locator('.message').waitFor()
    const log = page.getByRole('log')
    await log.evaluate((element) => {
      element.scrollTop = 0
      return new Promise((resolve) => requestAnimationFrame(resolve))
    })
    await say(ben, 'The newest')
    await page.getByRole('button', { name: 'New messages' }).click()
    expect(
      await log.evaluate(({ scrollTop, clientHeight, scrollHeight }) =>
        Math.round(scrollHeight - scrollTop - clientHeight),
      ),
    ).toBeLessThan(2)
    expect(await page.getByRole('button', { name: 'New messages' }).isVisible()).toBe(false)
  })

  it('fits its window and has readable contrast, in light and dark, wide and narrow', async () => {
    const room = `${tests}-room-with-a-name-of-some-length`.repeat(3)
    const page = await enter({ name: 'Ann', room })
    await say(page, 'x'.repeat(500))
    await page.locator('.mine:not(.pending)').waitFor()
    for (const [colorScheme, width] of [
      ['light', 1200],
      ['dark', 1200],
      ['light', 375],
    ] as const) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 720 })
      const toggle = page.locator('#people-toggle')
      expect(await toggle.isVisible()).toBe(width < 760)
      if (await toggle.isVisible()) await toggle.click()
      expect(await page.locator('.person').isVisible()).toBe(true)
      const { overflow, contrast } = await page.evaluate(measure)
      expect(overflow).toBeLessThanOrEqual(0)
      expect(contrast).toBeGreaterThan(4.5)
    }
  })
})

/** Runs in the page: how far it is wider than its window, and the contrast of one's own message. */
function measure(): { overflow: number; contrast: number } {
  const luminance = (color: string) => {
    const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => {
      const value = Number(part) / 255
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const style = getComputedStyle(document.querySelector('.mine .text') as Element)
  const [dark = 0, light = 0] = [style.color, style.backgroundColor]
    .map(luminance)
    .sort((a, b) => a - b)
  return {
    overflow: document.documentElement.scrollWidth - innerWidth,
    contrast: (light + 0.05) / (dark + 0.05),
  }
}
