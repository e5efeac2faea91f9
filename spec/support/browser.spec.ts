import { expect, it } from '@jest/globals'
import { describeInBrowser } from './browser.js'

describeInBrowser('a browser', (browser) => {
  it('runs a page', async () => {
    const page = await browser().newPage()
    await page.setContent('<p>hello</p>')
    expect(await page.textContent('p')).toBe('hello')
    await page.close()
  })
})
