import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach } from '@jest/globals'
import type { JWK } from 'jose'

/** A key set over HTTP, as an identity provider has it. */
export interface KeyServer {
  readonly url: string
  /** What it answers; change it to rotate keys. */
  keys: JWK[]
  /** The status of the answers, or `'hang'` for none at all. */
  answer: number | 'hang'
  /** How often it was asked, and the headers of the last time. */
  readonly asked: { count: number; headers: NodeJS.Dict<string | string[]> }
}

const stops = new Set<() => Promise<void>>()

afterEach(async () => {
  await Promise.all([...stops].map((stop) => stop()))
  stops.clear()
})

/** Serves a key set on a free port; it ends after the test. */
export async function serveKeys(...keys: JWK[]): Promise<KeyServer> {
  const asked: KeyServer['asked'] = { count: 0, headers: {} }
  const http = createServer((request, response) => {
    asked.count++
    asked.headers = request.headers
    if (server.answer === 'hang') return
    response.writeHead(server.answer, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ keys: server.keys }))
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/keys`
  const server: KeyServer = { url, keys, answer: 200, asked }
  stops.add(async () => {
    http.closeAllConnections()
    http.close()
    await once(http, 'close')
  })
  return server
}
