import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { describeInBrowser } from '../support/browser.js'
import { within } from '../support/deadline.js'
import { nextTurn } from '../support/next-turn.js'
import { watchFaults } from '../support/page-faults.js'
import { startSample, type Sample } from '../support/sample.js'

describeInBrowser('the page of the whiteboard', (browser) => {
  const folder = mkdtempSync(join(tmpdir(), 'whiteboard-'))
  const env = { WHITEBOARD_FOLDER: folder }
  let sample: Sample
  /** The browsers of two people; what one keeps, the other does not have. */
  let people: { ann: BrowserContext; ben: BrowserContext }
  const faults: string[] = []

  const newContext = async (): Promise<BrowserContext> => {
    const context = await browser().newContext({ viewport: { width: 1200, height: 760 } })
    context.setDefaultTimeout(10_000)
    return context
  }
  beforeAll(async () => {
    const starting = [startSample('08-whiteboard', { env }), newContext(), newContext()] as const
    const [started, ann, ben] = await Promise.all(starting)
    sample = started
    people = { ann, ben }
  })
  afterAll(async () => {
    await sample.child.stop()
    rmSync(folder, { recursive: true })
  })
  afterEach(async () => {
    const pages = Object.values(people).flatMap((context) => context.pages())
    await Promise.all(pages.map((page) => page.close()))
    expect(faults.splice(0)).toEqual([])
  })

  /** Opens a page for somebody: a new board, or that of an address. */
  const open = async (who: keyof typeof people, url = `http://localhost:${sample.port}/`) => {
    const page = await people[who].newPage()
    watchFaults(page, faults)
    await page.goto(url)
    return page
  }
  const says = (page: Page, text: string): Promise<void> =>
    page.locator('.status', { hasText: text }).waitFor()
  const drag = async (page: Page, from: [number, number], to: [number, number]): Promise<void> => {
    await page.mouse.move(...from)
    await page.mouse.down()
    await page.mouse.move(...to, { steps: 5 })
    await page.mouse.up()
  }
  const note = async (page: Page, text: string, at: [number, number]): Promise<void> => {
    await page.keyboard.press('n')
    await page.mouse.click(...at)
    await page.keyboard.type(text)
    await page.keyboard.press('Escape')
  }
  /** Done when the browser has written it down. */
  const isKept = async (page: Page, text: string): Promise<void> => {
    await within(untilKept(page, text), `"${text}" in the browser`)
  }
  /** Where it is to be seen on the page. */
  const placeOf = async (page: Page, text: string): Promise<number> => {
    const box = await page.locator('.note', { hasText: text }).boundingBox()
    return Math.round(box?.x ?? NaN)
  }

  it('is drawn on together, with cursors, and each takes back what they did', async () => {
    const ann = await open('ann')
    await says(ann, 'Saved')
    const ben = await open('ben', ann.url())
    await says(ben, 'Saved')
    await note(ann, 'hello', [300, 300])
    await ben.locator('.note', { hasText: 'hello' }).waitFor()
    await ann.locator('.people li').nth(1).waitFor()
    await drag(ben, [300, 260], [600, 260])
    await ann.waitForFunction(() => {
      const box = document.querySelector('.note')?.getBoundingClientRect()
      return box !== undefined && box.x > 490
    })
    await ann.locator('.cursor').waitFor()
    await ann.keyboard.press('r')
    await drag(ann, [150, 450], [420, 600])
    await ben.locator('.box').waitFor()
    await ann.keyboard.press('p')
    await drag(ann, [700, 500], [900, 620])
    await ben.locator('.stroke').waitFor()
    await ann.keyboard.press('Control+z')
    await ben.locator('.stroke').waitFor({ state: 'detached' })
    await ann.keyboard.press('Control+z')
    await ben.locator('.box').waitFor({ state: 'detached' })
    expect(await placeOf(ann, 'hello')).toBe(await placeOf(ben, 'hello'))
    await ann.keyboard.press('Control+Shift+z')
    await ben.locator('.box').waitFor()
    await ben.keyboard.press('Control+z')
    await ann.waitForFunction(
      () => (document.querySelector('.note')?.getBoundingClientRect().x ?? 999) < 230,
    )
  })

  it('opens for who has a link to it; by a link to look it is not changed', async () => {
    const ann = await open('ann')
    await says(ann, 'Saved')
    const reader = await open('ben', `${ann.url().split('.')[0] ?? ''}.nothing`)
    await reader.getByText('This board cannot be opened').waitFor()
    await note(ann, 'mine', [300, 300])
    await says(ann, 'Saved')
    await ann.getByRole('button', { name: 'Share' }).click()
    const field = ann.getByLabel('Who has this link looks')
    await ann.waitForFunction(() => document.querySelectorAll('.sheet input').length === 2)
    await reader.goto(await field.inputValue())
    await says(reader, 'You can look')
    await reader.locator('.note', { hasText: 'mine' }).waitFor()
    expect(await reader.getByRole('toolbar').count()).toBe(0)
    await reader.keyboard.press('n')
    await reader.mouse.click(600, 600)
    await drag(reader, [300, 300], [700, 300])
    await note(ann, 'more', [800, 300])
    await reader.locator('.note', { hasText: 'more' }).waitFor()
    expect(await ann.locator('.note').count()).toBe(2)
  })

  it('keeps what is drawn while the server is dead, through a closed window, and sends it', async () => {
    const ann = await open('ann')
    await says(ann, 'Saved')
    const url = ann.url()
    await note(ann, 'before', [300, 300])
    await says(ann, 'Saved')
    await sample.child.kill()
    await says(ann, 'Offline')
    await note(ann, 'meanwhile', [600, 300])
    await says(ann, 'kept here')
    await ann.close({ runBeforeUnload: true })
    sample = await startSample('08-whiteboard', { env, port: sample.port })
    const again = await open('ann', url)
    await again.locator('.note', { hasText: 'meanwhile' }).waitFor()
    await says(again, 'Saved')
    const ben = await open('ben', url)
    await ben.locator('.note', { hasText: 'meanwhile' }).waitFor()
    await ben.locator('.note', { hasText: 'before' }).waitFor()
  }, 40_000)

  it('shows what is kept when it is reloaded without a connection', async () => {
    const ann = await open('ann')
    await says(ann, 'Saved')
    await note(ann, 'kept', [300, 300])
    await isKept(ann, 'kept')
    await ann.routeWebSocket('**/ws', (socket) => socket.close({ code: 1013 }))
    await ann.reload()
    await says(ann, 'Offline')
    await ann.locator('.note', { hasText: 'kept' }).waitFor()
    await note(ann, 'offline', [600, 300])
    await isKept(ann, 'offline')
    await ann.reload()
    await ann.locator('.note', { hasText: 'offline' }).waitFor()
    await ann.unrouteAll()
    const other = await open('ann', ann.url())
    await other.locator('.note', { hasText: 'kept' }).waitFor()
  })
})

async function untilKept(page: Page, text: string): Promise<void> {
  while (!(await page.evaluate(stores, text))) await nextTurn()
}

/** Runs in the page: whether a text is in its databases. */
async function stores(text: string): Promise<boolean> {
  const done = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(new Error('a database cannot be read'))
    })
  for (const { name = '' } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name))
    const places = [...database.objectStoreNames]
    const values = places.map((place) =>
      done(database.transaction(place).objectStore(place).getAll()),
    )
    const found = JSON.stringify(await Promise.all(values))
    database.close()
    if (found.includes(text)) return true
  }
  return false
}
