import { afterEach, expect, it } from '@jest/globals'
import { Controller, OnMessage, Session, WsError } from 'enfilade'
import { createWsClient, type WsClient } from 'enfilade/client'
import { msgpack } from 'enfilade/msgpack'
import { createTestApp, type TestApp, type TestAppOptions } from 'enfilade/testing'
import { ChatRoom } from '../../support/chat-room.js'
import { within } from '../../support/deadline.js'

const path = '/chat/a'

@Controller('/chat/:room', { history: true })
class Chat extends ChatRoom {
  @OnMessage('who')
  who(@Session() session: unknown): unknown {
    return session
  }
}

let app: TestApp
const clients = new Set<WsClient>()

function start(options: Partial<TestAppOptions> = {}): void {
  app = createTestApp({ controllers: [Chat], recovery: true, ...options })
}

function open(...[url, options]: Parameters<typeof createWsClient>): WsClient {
  const client = createWsClient(url, options)
  clients.add(client)
  return client
}

afterEach(async () => {
  for (const client of clients) client.close()
  clients.clear()
  await app.close()
})

function statusOf(client: WsClient, wanted: string): Promise<void> {
  const done = new Promise<void>((resolve) => {
    client.onStatus((status) => {
      if (status === wanted) resolve()
    })
  })
  return within(done, `the status ${wanted}`)
}

it('the client works against a test app, through a loss of which it misses nothing', async () => {
  start()
  const WebSocket = app.webSocket({ user: 'ann' })
  const client = open('ws://anywhere', { WebSocket })
  const room = client.room(path)
  const heard: unknown[] = []
  const done = new Promise<void>((resolve) => {
    room.on('said', (data) => {
      heard.push(data)
      if (data === 3) resolve()
    })
  })
  await room.join()
  expect(await client.call('who', path)).toEqual({ user: 'ann' })
  const ben = await app.connect()
  await ben.call('say', path, 1)
  const lost = statusOf(client, 'reconnecting')
  const back = statusOf(client, 'open')
  WebSocket.drop()
  await lost
  await ben.call('say', path, 2)
  await back
  await ben.call('say', path, 3)
  await within(done, 'the last push')
  expect(heard).toEqual([1, 2, 3])
})

it('an address has its path and its query, and options are sent along', async () => {
  start({
    upgradePath: '/ws',
    authorize: ({ query, cookies }) => {
      if (!query.has('token')) throw new WsError(401, 'No token')
      return { token: query.get('token'), cookie: cookies.id }
    },
  })
  const WebSocket = app.webSocket(undefined, { headers: { cookie: 'id=7' } })
  const client = open('https://example.com/ws?token=x', { WebSocket })
  expect(await client.call('who', path)).toEqual({ token: 'x', cookie: '7' })
})

it('a client that is refused hears of it as over a network', async () => {
  start({
    authorize: () => {
      throw new WsError(403, 'Banned')
    },
  })
  const client = open('ws://anywhere', { WebSocket: app.webSocket() })
  const why = new Promise((resolve) => {
    client.onStatus((status, close) => {
      if (status === 'closed') resolve(close)
    })
  })
  expect(await within(why, 'the end')).toMatchObject({ code: 4403, reason: 'Banned' })
})

it('without a network nothing opens, until there is one', async () => {
  start()
  const WebSocket = app.webSocket()
  WebSocket.isOffline = true
  const client = open('ws://anywhere', { WebSocket })
  await statusOf(client, 'reconnecting')
  expect(app.server.size).toBe(0)
  WebSocket.isOffline = false
  expect(await client.call('$ping', '/')).toBe(null)
})

it('bytes get through, when a codec sends them', async () => {
  start({ codecs: [msgpack()] })
  const client = open('ws://anywhere', { WebSocket: app.webSocket(), codec: msgpack() })
  const reply = await client.call<Uint8Array>('say', path, Uint8Array.of(1, 2))
  expect([...reply]).toEqual([1, 2])
})

it('a socket that is closed before it opens leaves nothing behind', async () => {
  start()
  const socket = new (app.webSocket())('ws://anywhere')
  const closed = new Promise((resolve) => (socket.onclose = resolve as never))
  socket.close()
  expect(await closed).toEqual({ code: 1006, reason: '' })
  await app.settle()
  expect(app.server.size).toBe(0)
  expect(() => new (app.webSocket())('no address')).toThrow('Invalid URL')
})
