import { expect, it } from '@jest/globals'
import type { Locator, Page } from 'playwright-core'
import { describeSample, type WindowOptions } from '../support/sample-windows.js'

interface OpenOptions extends WindowOptions {
  board?: string
}

describeSample('the page of cursors', '06-cursors', (windows) => {
  const open = async (name: string, { board, ...options }: OpenOptions = {}): Promise<Page> => {
    const page = await windows.open(`#${board ?? `board-${windows.test}`}`, {
      viewport: { width: 1200, height: 720 },
      // Time flows, until a test lets it pass faster.
      prepare: (opening) => opening.clock.install(),
      ...options,
    })
    // Hidden where the window is narrow.
    await page.locator('#name').evaluate((input, text) => {
      const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value') ?? {}
      set?.call(input, text)
      input.dispatchEvent(new Event('input', { bubbles: true }))
    }, name)
    await page.locator('.roster li', { hasText: name }).waitFor({ state: 'attached' })
    return page
  }

  const cursor = (page: Page, name: string): Locator =>
    page.locator('.cursor', { has: page.getByText(name, { exact: true }) })

  /** The place of a cursor, in hundredths of the board. */
  const placeOf = (page: Page, name: string): Promise<number[]> =>
    cursor(page, name).evaluate(({ style }) =>
      ['--x', '--y'].map((axis) => Number(style.getPropertyValue(axis))),
    )

  const at = async (page: Page, x: number, y: number): Promise<[number, number]> => {
    const box = await page.locator('.canvas').boundingBox()
    if (!box) throw new Error('there is no board')
    return [box.x + (box.width * x) / 100, box.y + (box.height * y) / 100]
  }

  const move = async (page: Page, x: number, y: number): Promise<void> =>
    page.mouse.move(...(await at(page, x, y)))

  const isAt = async (page: Page, name: string, [x, y]: [number, number]): Promise<void> => {
    await cursor(page, name).waitFor()
    await page.waitForFunction(
      ([text, left, top]) =>
        [...document.querySelectorAll<HTMLElement>('.cursor')].some(
          ({ textContent, style }) =>
            textContent.includes(text) &&
            Math.abs(Number(style.getPropertyValue('--x')) - left) < 0.2 &&
            Math.abs(Number(style.getPropertyValue('--y')) - top) < 0.2,
        ),
      [name, x, y] as const,
    )
  }

  const renders = async (page: Page): Promise<Record<string, number>> => {
    const rows = await page
      .locator('.roster li')
      .evaluateAll((items) =>
        items.map((item) => [
          item.querySelector('.name')?.textContent ?? '',
          Number(item.querySelector('.renders')?.textContent),
        ]),
      )
    return Object.fromEntries(rows) as Record<string, number>
  }

  it('invites to open a second tab, and shows there where the first one is', async () => {
    const ann = await open('Ann')
    const invitation = ann.getByRole('link', { name: 'Open a second tab' })
    const [ben] = await Promise.all([ann.context().waitForEvent('page'), invitation.click()])
    await ann.getByText('2 people here').waitFor()
    await invitation.waitFor({ state: 'detached' })
    await move(ann, 25, 75)
    await isAt(ben, 'Ann', [25, 75])
    await move(ann, 50, 60)
    await isAt(ben, 'Ann', [50, 60])
    await ann.mouse.move(5, 5)
    await cursor(ben, 'Ann').waitFor({ state: 'detached' })
  })

  it('renders one row when one member moves, and says who is idle', async () => {
    const [ann, ben, eve] = [await open('Ann'), await open('Ben'), await open('Eve')]
    await ann.locator('.roster li', { hasText: 'Eve' }).waitFor()
    for (const page of [ann, eve]) await page.clock.fastForward(9_000)
    for (const name of ['Ann', 'Eve']) {
      await ann.locator('.roster li[data-idle=true]', { hasText: name }).waitFor()
    }
    const before = await renders(ann)
    for (let step = 1; step <= 5; step++) {
      await move(ben, step * 10, 50)
      await isAt(ann, 'Ben', [step * 10, 50])
    }
    const after = await renders(ann)
    expect(after.Ben).toBeGreaterThanOrEqual((before.Ben ?? 0) + 5)
    expect(after).toEqual({ ...before, Ben: after.Ben })
  })

  it('shows the others what one points at', async () => {
    const [ann, ben] = [await open('Ann'), await open('Ben')]
    const ripple = ben.locator('.wave').waitFor({ state: 'attached' })
    await ann.mouse.click(...(await at(ann, 40, 40)))
    await ripple
    await ben.locator('.wave').waitFor({ state: 'detached' })
    expect(await ann.locator('.wave').count()).toBe(0)
  })

  it('needs no mouse', async () => {
    const [ann, ben] = [await open('Ann'), await open('Ben')]
    await ann.locator('.canvas').focus()
    await ann.keyboard.press('ArrowRight')
    await isAt(ben, 'Ann', [52, 50])
    await ann.keyboard.press('Shift+ArrowUp')
    await isAt(ben, 'Ann', [52, 40])
    expect(await placeOf(ann, 'You')).toEqual([52, 40])
    const ripple = ben.locator('.wave').waitFor({ state: 'attached' })
    await ann.keyboard.press('Enter')
    await ripple
    await ann.keyboard.press('Tab')
    expect(await ann.evaluate(() => document.activeElement?.id)).toBe('name')
    expect(await cursor(ann, 'You').count()).toBe(0)
  })

  it('can be moved on with a finger, in a window of a phone', async () => {
    const phone = { viewport: { width: 375, height: 720 }, hasTouch: true, isMobile: true }
    const [ann, ben] = [await open('Ann', phone), await open('Ben')]
    await ann.touchscreen.tap(...(await at(ann, 30, 60)))
    await isAt(ben, 'Ann', [30, 60])
    expect(await ann.locator('.roster').isVisible()).toBe(false)
    await ann.getByRole('button', { name: '2 here' }).click()
    await ann.locator('.roster li', { hasText: 'Ben' }).waitFor()
  })

  it('takes another name and colour', async () => {
    const [ann, ben] = [await open('Ann'), await open('Ben')]
    await ann.getByLabel('Your name').fill('Anna <b>')
    await ann.getByRole('radio', { name: 'Teal' }).check({ force: true })
    await move(ann, 20, 20)
    await isAt(ben, 'Anna <b>', [20, 20])
    await ben.locator('.cursor[style*="--hue: 200"]').waitFor()
    await ann.getByLabel('Your name').fill(' ')
    await ann.getByLabel('Your name').blur()
    expect(await ann.getByLabel('Your name').inputValue()).toBe('Anna <b>')
    await ann.reload()
    expect(await ann.getByLabel('Your name').inputValue()).toBe('Anna <b>')
    expect(await ann.getByRole('radio', { name: 'Teal' }).isChecked()).toBe(true)
  })

  it('gives newcomers a colour that is free', async () => {
    const unlucky = {
      prepare: (page: Page) => page.addInitScript(() => (Math.random = () => 0)),
    }
    const [ann, ben] = [await open('Ann', unlucky), await open('Ben', unlucky)]
    await ann.getByRole('radio', { name: 'Red', checked: true }).waitFor({ state: 'attached' })
    await ben.getByRole('radio', { name: 'Orange', checked: true }).waitFor({ state: 'attached' })
  })

  it('glides, unless the reader wants less motion', async () => {
    const [ann, ben, eve] = [
      await open('Ann'),
      await open('Ben'),
      await open('Eve', { reducedMotion: 'reduce' }),
    ]
    await move(ann, 20, 20)
    const gliding = async (page: Page): Promise<boolean> => {
      await cursor(page, 'Ann').waitFor()
      const moving = await cursor(page, 'Ann').evaluate(
        (element) => getComputedStyle(element).transitionProperty,
      )
      return moving.includes('translate')
    }
    expect([await gliding(ben), await gliding(eve)]).toEqual([true, false])
  })

  it('says what is wrong with a board, and leads to another', async () => {
    const page = await windows.open(`#${'x'.repeat(300)}`)
    await page.getByRole('alert').getByText('A room name has at most 255 bytes.').waitFor()
    await page.getByRole('link', { name: 'Go to the studio' }).click()
    await page.getByRole('heading', { level: 1, name: 'studio' }).waitFor()
    await page.getByText('It is quiet here').waitFor()
  })

  it('fits its window, in light and dark, wide and narrow', async () => {
    const board = `${windows.test}-${'a-board-with-a-long-name-'.repeat(5)}`
    const [ann, ben] = [
      await open('Ann', { board }),
      await open('A name that is very long', { board }),
    ]
    await move(ben, 99, 99)
    await cursor(ann, 'A name that is very long').waitFor()
    for (const [colorScheme, width] of [
      ['light', 1200],
      ['dark', 1200],
      ['light', 375],
      ['dark', 375],
    ] as const) {
      await ann.emulateMedia({ colorScheme })
      await ann.setViewportSize({ width, height: 720 })
      const overflow = await ann.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(overflow).toBeLessThanOrEqual(0)
    }
  })
})
