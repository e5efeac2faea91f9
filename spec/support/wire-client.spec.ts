import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { WebSocketServer, type WebSocket } from 'ws'
import { WireClient } from './wire-client.js'
import { UpgradeRefused, WireError } from './wire-error.js'

interface Told {
  event: string
  path: string
  data?: unknown
  id?: number
}

let http: Server
let url: string
let client: WireClient | undefined

/** `echo` replies its data, `fail` an error, `push` pushes its data then replies, `bye` closes. */
function answer(socket: WebSocket, { event, path, data, id }: Told): void {
  const send = (record: unknown) => socket.send(JSON.stringify(record))
  if (event === 'push')
    for (const each of data as unknown[]) send({ event: 'said', path, data: each })
  if (event === 'bye') socket.close(4403, 'no')
  else if (event === 'fail') send({ id, error: { code: 404, message: 'none', details: [1] } })
  else if (id !== undefined) send({ id, data: event === 'echo' ? data : null })
  if (event === 'twice') send({ id, data: null })
  if (event === 'push') send({ event: 'late', path })
}

beforeEach(async () => {
  http = createServer()
  const sockets = new WebSocketServer({ noServer: true })
  http.on('upgrade', (request, socket, head) => {
    if (request.url === '/no') {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nNope')
      return
    }
    sockets.handleUpgrade(request, socket, head, (peer) => {
      peer.send(JSON.stringify({ event: '$welcome', path: '/', data: request.headers.origin }))
      peer.on('message', (text) => answer(peer, JSON.parse((text as Buffer).toString()) as Told))
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}`
  client = undefined
})

afterEach(() => {
  client?.terminate()
  http.close()
})

describe('WireClient', () => {
  it('keeps what is pushed before anybody asks', async () => {
    client = await WireClient.connect(url, { origin: 'http://a.test' })
    expect(await client.nextPush('$welcome')).toMatchObject({ data: 'http://a.test' })
  })

  it('resolves a call with its data and rejects it with its error', async () => {
    client = await WireClient.connect(url)
    expect(await client.call('echo', '/a', { b: 1 })).toEqual({ b: 1 })
    const error = await client.call('fail', '/a').catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(WireError)
    expect(error).toMatchObject({ code: 404, message: 'none', details: [1] })
  })

  it('keeps replies that nobody asked for', async () => {
    client = await WireClient.connect(url)
    await client.call('twice', '/a')
    await client.call('echo', '/a')
    expect(client.strays).toEqual([{ id: 1, data: null }])
  })

  it('hands out pushes to handlers by exact path and by prefix, until they are off', async () => {
    client = await WireClient.connect(url)
    const got: string[] = []
    client.on('said', '/chat/*', ({ path }) => got.push(`prefix ${path}`))
    const off = client.on('said', '/chat/a', ({ path }) => got.push(`exact ${path}`))
    await client.call('push', '/chat/a', [1])
    await client.call('push', '/chatter', [1])
    off()
    await client.call('push', '/chat/a', [1])
    expect(got).toEqual(['prefix /chat/a', 'exact /chat/a', 'prefix /chat/a'])
  })

  it('takes the pushes before a reply, and leaves those behind it', async () => {
    client = await WireClient.connect(url)
    const call = { event: 'push', path: '/a', data: [1, 2] }
    const pushes = await client.pushesUntil(call, 'said')
    expect(pushes.map(({ data }) => data)).toEqual([1, 2])
    expect((await client.nextPush()).event).toBe('$welcome')
    expect((await client.nextPush()).event).toBe('late')
    expect(await client.pushesUntil({ event: 'fail', path: '/a' })).toEqual([])
  })

  it('tells how the connection ended to whoever still waits', async () => {
    client = await WireClient.connect(url)
    await client.nextPush()
    const waiting = client.nextPush()
    client.send('bye', '/a')
    expect(await client.closed).toEqual({ code: 4403, reason: 'no' })
    await expect(waiting).rejects.toThrow('The connection is over (4403 no)')
    await expect(client.call('echo', '/a')).rejects.toThrow('not open')
  })

  it('rejects a refused upgrade with status and body', async () => {
    const error = await WireClient.connect(`${url}/no`).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(UpgradeRefused)
    expect(error).toMatchObject({ status: 403, body: 'Nope' })
  })
})
