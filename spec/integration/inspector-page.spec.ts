import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals'
import { IsIn, IsOptional, Length } from 'class-validator'
import { Broadcast, Controller, createWsApp, Data, Join, OnMessage, type WsApp } from 'enfilade'
import { Inspector } from 'enfilade/inspector'
import { build } from 'esbuild'
import type { Locator, Page } from 'playwright-core'
import { describeInBrowser } from '../support/browser.js'
import { repository } from '../support/fixture.js'
import { watchFaults } from '../support/page-faults.js'
import { WireClient } from '../support/wire-client.js'

const KEY = 'a key that is long enough'

class Said {
  @Length(1, 20) text!: string
  @IsOptional() @IsIn(['low', 'high']) priority?: string
}

@Controller('/chat/:room')
class Chat {
  @OnMessage('join')
  @Join()
  join(): string {
    return 'in'
  }

  @OnMessage('say')
  @Broadcast('said')
  say(@Data() said: Said): Said {
    return said
  }
}

/** What is served in place of the files that the build makes. */
async function bundlePage(): Promise<Map<string, string>> {
  const { outputFiles } = await build({
    absWorkingDir: repository,
    entryPoints: ['app.ts', 'style.css'].map((name) => join('lib/inspector/page', name)),
    ...{ bundle: true, format: 'esm', target: 'es2022', write: false, outdir: 'out' },
    tsconfigRaw: '{}',
  })
  return new Map(outputFiles.map(({ path, text }) => [path.replace(/^.*\//, '/'), text]))
}

describeInBrowser('the page of the inspector', (browser) => {
  const clients = new Set<WireClient>()
  const faults: string[] = []
  let app: WsApp
  let port = 0
  let page: Page

  beforeAll(async () => {
    const inspector = new Inspector({ key: KEY })
    app = createWsApp({
      controllers: [Chat],
      use: [inspector.middleware],
      authorize: ({ query }) => ({ userId: query.get('user') ?? 'the page' }),
      logger: false,
    })
    inspector.serve(app)
    port = (await app.listen(0, '127.0.0.1')).port
    const context = await browser().newContext({ viewport: { width: 1280, height: 800 } })
    context.setDefaultTimeout(10_000)
    page = await context.newPage()
    watchFaults(page, faults)
    // It asks once a second: here twenty times.
    await page.addInitScript(() => {
      const { setTimeout } = window
      const sooner = (act: () => void, after?: number): unknown =>
        setTimeout(act, after === 1_000 ? 50 : after)
      Object.assign(window, { setTimeout: sooner })
    })
    for (const [path, body] of await bundlePage()) {
      const contentType = path.endsWith('.js') ? 'text/javascript' : 'text/css'
      await page.route(`**/inspector${path}`, (route) => route.fulfill({ body, contentType }))
    }
    await page.goto(`http://127.0.0.1:${port}/inspector`)
  })

  afterEach(async () => {
    for (const client of clients) client.terminate()
    clients.clear()
    // Chromium writes of each refusal, and what was lost is no fault of the page.
    const own = faults.splice(0).filter((fault) => !fault.startsWith('Failed to load resource'))
    expect(own).toEqual([])
    await open('Connections')
    await page.getByRole('searchbox').fill('')
  })

  afterAll(() => app.close())

  const connect = async (user: string): Promise<WireClient> => {
    const client = await WireClient.connect(`ws://127.0.0.1:${port}/?user=${user}`)
    clients.add(client)
    return client
  }

  const open = (name: string): Promise<void> => page.getByRole('tab', { name }).click()

  const row = (text: string): Locator => page.locator('tbody tr', { hasText: text })

  const enter = async (key: string): Promise<void> => {
    await page.getByLabel('Key').fill(key)
    await page.getByRole('button', { name: 'Open' }).click()
  }

  it('opens with its key, and with no other', async () => {
    for (const wrong of ['a key that is not right', 'ключ, которого никогда не было']) {
      await enter(wrong)
      await page.getByRole('alert').getByText('The key is not right').waitFor()
      expect(await page.getByRole('tab').count()).toBe(0)
      await page.reload()
    }
    await enter(KEY)
    await page.getByText('Nobody is connected').waitFor()
    await page.reload()
    await page.getByText('Nobody is connected').waitFor()
    expect(await page.getByLabel('Key').isVisible()).toBe(false)
  })

  it('shows who comes and who goes, and finds them', async () => {
    const ann = await connect('ann')
    await connect('ben')
    await row('ann').waitFor()
    await row('ben').waitFor()
    await page.getByRole('searchbox').fill('BEN')
    await row('ann').waitFor({ state: 'detached' })
    expect(await page.locator('tbody tr').count()).toBe(1)
    await page.getByRole('searchbox').fill('')
    await row('ann').waitFor()
    ann.terminate()
    await row('ann').waitFor({ state: 'detached' })
  })

  it('keeps the row that one is at, while rows come before it', async () => {
    await connect('ann')
    await row('ann').focus()
    await connect('ben')
    await row('ben').waitFor()
    expect(await row('ann').evaluate((element) => element === document.activeElement)).toBe(true)
  })

  it('follows a connection, sends to it and closes it', async () => {
    const [ann, ben] = [await connect('ann'), await connect('ben')]
    for (const client of [ann, ben]) await client.call('join', '/chat/blue')
    await row('ann').click()
    const panel = page.getByRole('complementary', { name: 'Connection' })
    await panel.getByText('appears here').waitFor()
    await panel.getByRole('button', { name: '/chat/blue' }).waitFor()
    await ben.call('say', '/chat/blue', { text: 'hello' })
    await ann.call('say', '/chat/blue', { text: '' }).catch(() => undefined)
    await panel.locator('li.out', { hasText: '"text":"hello"' }).waitFor()
    await panel.locator('li.in', { hasText: '"text":""' }).waitFor()
    await panel.locator('li.failed', { hasText: '"code":400' }).waitFor()

    await panel.getByLabel('Event').fill('note')
    await panel.getByLabel('Data').fill('{ no')
    await panel.getByRole('button', { name: 'Send' }).click()
    await panel.getByText('The data is no JSON').waitFor()
    await panel.getByLabel('Data').fill('[1]')
    await panel.getByRole('button', { name: 'Send' }).click()
    expect(await ann.nextPush('note')).toMatchObject({ path: '/', data: [1] })

    await panel.getByLabel('Reason').fill('Enough')
    await panel.getByRole('button', { name: 'Close' }).click()
    expect(await ann.closed).toEqual({ code: 4403, reason: 'Enough' })
    await panel.getByText('The connection has closed').waitFor()
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'hidden' })
  })

  it('leads from a room to its members, and back to all', async () => {
    const [ann, ben] = [await connect('ann'), await connect('ben')]
    await ann.call('join', '/chat/red')
    await ben.call('join', '/chat/red-2')
    await open('Rooms')
    await row('/chat/red-2').waitFor()
    await page.locator('tbody').getByText('/chat/red', { exact: true }).click()
    await row('ann').waitFor()
    expect(await page.locator('tbody tr').count()).toBe(1)
    await page.getByRole('button', { name: '/chat/red ×' }).click()
    await row('ben').waitFor()
  })

  it('turns the pages of a long list', async () => {
    await Promise.all(Array.from({ length: 130 }, (_, index) => connect(`many-${index}`)))
    await page.getByRole('searchbox').fill('many')
    await page.getByText('1–100 of 130').waitFor()
    await page.getByRole('button', { name: 'Next rows' }).click()
    await page.getByText('101–130 of 130').waitFor()
    await row('many-').nth(30).waitFor({ state: 'detached' })
    expect(await page.locator('tbody tr').count()).toBe(30)
    await page.getByRole('searchbox').fill('many-1')
    await page.getByText('41 in all').waitFor()
  })

  it('counts what a route does, and what has failed', async () => {
    const ann = await connect('ann')
    await ann.call('say', '/chat/a', { text: '' }).catch(() => undefined)
    await open('Routes')
    await row('Chat.say').getByText('µs').or(row('Chat.say').getByText('ms')).first().waitFor()
    await open('Totals')
    await page.getByText('Errors by code').waitFor()
    await page.locator('.bars li', { hasText: '400' }).first().waitFor()
  })

  it('tries a route with a form of its schema, and shows why the server refuses', async () => {
    await open('Try')
    await page.getByLabel('Route').selectOption({ label: 'say  /chat/:room' })
    await page.getByText('string, 1 to 20 characters').waitFor()
    const form = page.locator('form.card')
    const send = (): Promise<void> => form.getByRole('button', { name: 'Send' }).click()
    await send()
    await page.getByText('needs a text for "room" that is not empty').waitFor()
    await page.getByLabel('room').fill('a/b')
    await page.getByLabel('text').fill('x'.repeat(21))
    await send()
    await page.locator('.result', { hasText: /400 · .*"text"/s }).waitFor()
    await page.getByLabel('text').fill('hello')
    await page.getByLabel('priority').selectOption('high')
    await send()
    const result = page.locator('.result').filter({ hasText: 'OK' })
    await result.getByText('say /chat/a%2Fb').waitFor()
    expect(JSON.parse((await result.locator('pre').textContent()) ?? '')).toEqual({
      text: 'hello',
      priority: 'high',
    })
    await page.getByRole('button', { name: 'Edit as JSON' }).click()
    expect(JSON.parse(await page.getByLabel('JSON', { exact: true }).inputValue())).toEqual({
      text: 'hello',
      priority: 'high',
    })
    await page.getByLabel('JSON', { exact: true }).fill('{ "text": 7 }')
    await send()
    await page.locator('.result', { hasText: '400' }).nth(1).waitFor()
    await open('Connections')
    await row('the page').waitFor()
  })

  it('draws what has happened, and says how much it was at a moment', async () => {
    const plot = page.locator('.plot', { hasText: 'Messages / s' })
    await page.waitForFunction(() =>
      [...document.querySelectorAll('.plot .line')].every((line) =>
        /^M.*L/.test(line.getAttribute('d') ?? ''),
      ),
    )
    await plot.locator('svg').hover({ position: { x: 5, y: 20 } })
    await plot.getByText(/^\d\d:\d\d:\d\d$/).waitFor()
  })

  it.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)('fits its window (%s, %i px)', async (colorScheme, width) => {
    await connect(`a-user-with-a-name-that-is-long-${'and-longer-'.repeat(20)}`)
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 800 })
    for (const tab of await page.getByRole('tab').all()) {
      await tab.click()
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)
    }
    const light = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    expect(light).toBe(colorScheme === 'light' ? 'rgb(245, 245, 248)' : 'rgb(18, 19, 25)')
    await open('Connections')
    await row('a-user').click()
    const box = await page.getByRole('complementary', { name: 'Connection' }).boundingBox()
    expect(box?.width).toBeLessThanOrEqual(width)
    await page.getByRole('button', { name: 'Done' }).click()
  })

  it('says when the server does not answer any more', async () => {
    await page.route('**/inspector/api/**', (route) => route.abort())
    await page.getByText('The server does not answer').waitFor()
    await page.unroute('**/inspector/api/**')
    await page.getByText('Live').waitFor()
  })
})
