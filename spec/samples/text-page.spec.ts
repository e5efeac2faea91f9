import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals'
import type { BrowserContext, Page } from 'playwright-core'
import { describeInBrowser } from '../support/browser.js'
import { watchFaults } from '../support/page-faults.js'
import { startSample, type Sample } from '../support/sample.js'

describeInBrowser('the text page', (browser) => {
  let folder: string
  let sample: Sample
  let context: BrowserContext
  const errors: string[] = []

  const start = (port?: number) =>
    startSample('09-text', { env: { TEXTS: folder }, ...(port !== undefined && { port }) })

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'enfilade-texts-'))
    sample = await start()
  })
  afterAll(async () => {
    await sample.child.stop()
    await rm(folder, { recursive: true })
  })

  beforeEach(async () => {
    context = await browser().newContext()
    context.setDefaultTimeout(20_000)
  })
  afterEach(async () => {
    await context.close()
    expect(errors.splice(0)).toEqual([])
  })

  const open = async (
    url = `http://localhost:${sample.port}/`,
    status = 'synced',
  ): Promise<Page> => {
    const page = await context.newPage()
    watchFaults(page, errors)
    await page.goto(url)
    await page.locator(`#status[data-status=${status}]`).waitFor()
    return page
  }

  const editor = (page: Page) => page.getByRole('textbox', { name: 'Text' })

  const write = async (page: Page, text: string): Promise<void> => {
    await editor(page).click()
    await page.keyboard.press('Control+End')
    await page.keyboard.type(text)
  }

  const reads = (page: Page, text: string): Promise<void> =>
    page.locator('.cm-line', { hasText: text }).waitFor()

  /** What is written, without the carets of others. */
  const lines = (page: Page): Promise<string[]> =>
    page.locator('.cm-line').evaluateAll((all) =>
      all.map((line) => {
        const copy = line.cloneNode(true) as Element
        copy.querySelectorAll('.cm-ySelectionCaret').forEach((caret) => caret.remove())
        return copy.textContent
      }),
    )

  it('lets two tabs write one text, with their carets', async () => {
    const ann = await open()
    const ben = await open(ann.url())
    await ann.getByRole('button', { name: 'Share' }).click()
    await ann.getByLabel('Your name').fill('Ann')
    await ann.keyboard.press('Escape')
    await write(ann, '# Notes\nfrom Ann')
    await reads(ben, 'from Ann')
    await ben.getByRole('heading', { level: 1, name: 'Notes' }).waitFor()
    await ben.locator('.cm-ySelectionInfo', { hasText: 'Ann' }).waitFor({ state: 'attached' })
    await ben.getByTitle('Ann', { exact: true }).waitFor()
    await write(ben, ' and Ben')
    await reads(ann, 'from Ann and Ben')
    await ann.getByText('5 words').waitFor()
    await ben.close()
    await ann.locator('.person').nth(1).waitFor({ state: 'detached' })
  })

  it('takes back what one wrote oneself, and nothing else', async () => {
    const ann = await open()
    const ben = await open(ann.url())
    await write(ann, 'mine ')
    await reads(ben, 'mine')
    await write(ben, 'yours')
    await reads(ann, 'mine yours')
    await editor(ann).click()
    await ann.keyboard.press('Control+z')
    await reads(ben, 'yours')
    expect(await lines(ben)).toEqual(['yours'])
  })

  it('lets a reader look, and change nothing', async () => {
    const writer = await open()
    await write(writer, 'to be read')
    const url = await writer.getByLabel('reads along').inputValue()
    expect(url).not.toContain(new URL(writer.url()).hash.slice('#write='.length))
    const reader = await open(url)
    await reads(reader, 'to be read')
    await reader.getByText('Read only').waitFor()
    expect(await editor(reader).getAttribute('contenteditable')).toBe('false')
    expect(await reader.locator('#write-link').getAttribute('hidden')).not.toBeNull()
    await write(writer, ', and more')
    await reads(reader, 'to be read, and more')
  })

  it('opens nothing by a link that is not whole', async () => {
    const whole = await open()
    const page = await open(whole.url().slice(0, -1), 'closed')
    await page.getByRole('heading', { name: 'This link opens nothing' }).waitFor()
    expect(await page.locator('.cm-editor').count()).toBe(0)
    await page.getByRole('link', { name: 'A new text', exact: true }).click()
    await page.locator('#status[data-status=synced]').waitFor()
  })

  it('keeps what is written while the server is away, and what was there before', async () => {
    const ann = await open()
    await write(ann, 'before ')
    const ben = await open(ann.url())
    await reads(ben, 'before')
    const { port } = sample
    await sample.child.stop()
    await ann.locator('#status[data-status=offline]').waitFor()
    await write(ann, 'meanwhile')
    await ann.getByText('What you write is kept here').waitFor()
    sample = await start(port)
    await ann.locator('#status[data-status=synced]').waitFor()
    await reads(ben, 'before meanwhile')
    const later = await open(ann.url())
    await reads(later, 'before meanwhile')
  })
})
