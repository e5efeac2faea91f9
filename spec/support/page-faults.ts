import type { Page } from 'playwright-core'

/** What Chromium itself writes about an address that it does not reach; no page can keep it quiet. */
const UNREACHABLE = /^WebSocket connection to .* failed|net::ERR_(CONNECTION|INTERNET)_/

/** Collects what a page throws, and what it writes as an error or a warning. */
export function watchFaults(page: Page, faults: string[]): void {
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (message) => {
    const isFault = message.type() === 'error' || message.type() === 'warning'
    if (isFault && !UNREACHABLE.test(message.text())) faults.push(message.text())
  })
}
