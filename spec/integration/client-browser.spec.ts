import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { Broadcast, Controller, Data, Join, OnMessage, type WsApp } from 'enfilade'
import type { WsClient } from 'enfilade/client'
import { build } from 'esbuild'
import type { BrowserContext, Page } from 'playwright-core'
import { WebSocketServer } from 'ws'
import { describeInBrowser } from '../support/browser.js'
import { repository } from '../support/fixture.js'
import { startApp } from '../support/start-app.js'

/** What the page has. */
declare const window: {
  enfilade: typeof import('enfilade/client')
  client: WsClient
  told: string[]
  heard: unknown[]
}

@Controller('/chat/:room')
class Chat {
  @OnMessage('join')
  @Join()
  join(): string {
    return 'welcome'
  }

  @OnMessage('say')
  @Broadcast('said', { excludeSelf: false })
  say(@Data() said: unknown): unknown {
    return said
  }
}

describeInBrowser('the client in Chromium', (browser) => {
  let script = ''
  let context: BrowserContext
  let page: Page
  let app: WsApp
  const errors: string[] = []

  beforeAll(async () => {
    const { outputFiles } = await build({
      entryPoints: [join(repository, 'lib/client/index.ts')],
      ...{ bundle: true, format: 'iife', globalName: 'enfilade', target: 'es2022', write: false },
      tsconfigRaw: '{}',
    })
    script = outputFiles[0]?.text ?? ''
  })

  beforeEach(async () => {
    const started = await startApp({ controllers: [Chat] })
    app = started.app
    app.http.get('/', (response) => {
      response.writeHeader('content-type', 'text/html').end('<!doctype html><title>Client</title>')
    })
    context = await browser().newContext()
    context.setDefaultTimeout(10_000)
    page = await context.newPage()
    page.on('pageerror', (error) => errors.push(String(error)))
    await page.goto(`http://127.0.0.1:${started.port}/`)
    await page.addScriptTag({ content: script })
  })

  afterEach(async () => {
    await context.close()
    expect(errors.splice(0)).toEqual([])
  })

  /** Connects, enters a room, and remembers what the client tells. */
  const connect = (url = '/ws'): Promise<unknown> =>
    page.evaluate(async (address) => {
      window.told = []
      window.heard = []
      window.client = window.enfilade.createWsClient(address)
      window.client.onStatus((status) => window.told.push(status))
      const room = window.client.room('/chat/a')
      room.on('said', (data) => window.heard.push(data))
      room.onGap(() => window.told.push('gap'))
      return room.join()
    }, url)

  const becomes = (status: string) =>
    page.waitForFunction((wanted) => window.client.status === wanted, status)

  /** No pause ends by itself any more. */
  const waitForEver = () => page.evaluate(() => (Math.random = () => 1e9))

  const dropAll = (): void => {
    for (const connection of app.server.connections()) connection.close(1013)
  }

  it('connects to an address of the page, calls and hears a room', async () => {
    expect(await connect()).toBe('welcome')
    const reply = await page.evaluate(() => window.client.call('say', '/chat/a', { text: 'hi' }))
    expect(reply).toEqual({ text: 'hi' })
    expect(await page.evaluate(() => window.heard)).toEqual([{ text: 'hi' }])
  })

  it('comes back after a loss, into its room', async () => {
    await connect()
    dropAll()
    await page.waitForFunction(() => window.told.includes('gap'))
    await becomes('open')
    expect(await page.evaluate(() => window.told)).toEqual(['open', 'reconnecting', 'gap', 'open'])
    await page.evaluate(() => window.client.call('say', '/chat/a', 1))
    expect(await page.evaluate(() => window.heard)).toEqual([1])
  })

  it('waits while the browser is offline, and is back at once when it is online', async () => {
    await connect()
    await waitForEver()
    await context.setOffline(true)
    dropAll()
    await becomes('reconnecting')
    await page.evaluate(() => window.client.send('say', '/chat/a', 'offline'))
    await context.setOffline(false)
    await becomes('open')
    await page.waitForFunction(() => window.heard.length === 1)
    expect(await page.evaluate(() => window.heard)).toEqual(['offline'])
  })

  it('is back at once when somebody looks at a page that was in the background', async () => {
    await connect()
    await waitForEver()
    dropAll()
    await becomes('reconnecting')
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await becomes('open')
  })

  it('does not come back after a final code', async () => {
    await connect()
    for (const connection of app.server.connections()) connection.close(4403, 'enough')
    await becomes('closed')
    expect(await page.evaluate(() => window.told)).toEqual(['open', 'closed'])
  })

  it('reaches a server that chooses no subprotocol, which browsers refuse', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => false })
    try {
      await once(server, 'listening')
      server.on('connection', (socket) => {
        socket.on('message', (bytes: Buffer) => {
          const { id } = JSON.parse(bytes.toString()) as { id: number }
          socket.send(JSON.stringify({ id, data: 'plain' }))
        })
      })
      const { port } = server.address() as AddressInfo
      expect(await connect(`ws://127.0.0.1:${port}`)).toBe('plain')
    } finally {
      for (const socket of server.clients) socket.terminate()
      server.close()
    }
  })
})
